using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Faultline.Weaver.Rewriting;

/// <summary>What the twins of externs and of LibraryImport's stubs have in common.</summary>
internal static class TwinMethod
{
    /// <summary>Not a name that a compiler writes, and readable in a stack trace.</summary>
    public static string NameOf(string method) => method + "<routed>";

    /// <summary>An empty static method beside <paramref name="method"/>, as visible as it, with its parameters and <c>int site</c>.</summary>
    public static MethodDefinition Declare(MethodDefinition method)
    {
        MethodAttributes visibility = method.Attributes & MethodAttributes.MemberAccessMask;
        MethodDefinition twin = new(NameOf(method.Name), visibility | MethodAttributes.Static | MethodAttributes.HideBySig, method.ReturnType)
        {
            AggressiveInlining = method.IsPInvokeImpl,
        };
        foreach (ParameterDefinition parameter in method.Parameters)
            twin.Parameters.Add(new ParameterDefinition(parameter.Name, parameter.Attributes & (ParameterAttributes.In | ParameterAttributes.Out), parameter.ParameterType));
        twin.Parameters.Add(new ParameterDefinition("site", ParameterAttributes.None, method.Module.TypeSystem.Int32));
        method.DeclaringType.Methods.Add(twin);
        return twin;
    }

    /// <summary>Makes the method call its twin under a site of its own.</summary>
    public static void Forward(MethodDefinition method, MethodDefinition twin, int site)
    {
        if (method.IsPInvokeImpl)
        {
            // In this order: setting the import, even to nothing, marks the method as one that has it.
            method.PInvokeInfo = null;
            method.IsPInvokeImpl = false;
            method.IsPreserveSig = false;
            method.IsIL = true;
            method.IsManaged = true;
        }

        method.Body = new MethodBody(method);
        ILProcessor il = method.Body.GetILProcessor();
        foreach (ParameterDefinition parameter in method.Parameters)
            il.Emit(OpCodes.Ldarg, parameter);
        il.Emit(OpCodes.Ldc_I4, site);
        il.Emit(OpCodes.Call, twin);
        il.Emit(OpCodes.Ret);
    }

    /// <summary>Gives the method's body, with its symbols, to the twin. The method is left without one.</summary>
    public static void MoveBody(MethodDefinition method, MethodDefinition twin)
    {
        MethodBody from = method.Body, to = twin.Body;
        MethodDebugInformation symbols = method.DebugInformation;
        to.InitLocals = from.InitLocals;
        Move(from.Variables, to.Variables);
        Move(from.Instructions, to.Instructions);
        Move(from.ExceptionHandlers, to.ExceptionHandlers);
        foreach (Instruction instruction in to.Instructions)
            if (instruction.Operand is ParameterDefinition parameter)
                instruction.Operand = twin.Parameters[parameter.Index];
        Move(symbols.SequencePoints, twin.DebugInformation.SequencePoints);
        twin.DebugInformation.Scope = symbols.Scope;
        symbols.Scope = null;
        twin.ImplAttributes = method.ImplAttributes;
    }

    private static void Move<T>(IList<T> from, IList<T> to)
    {
        T[] items = [.. from];
        from.Clear();
        foreach (T item in items)
            to.Add(item);
    }
}
