// A P/Invoke cannot be called with a site, so it gets a twin: the same parameters and, last, the site. The twin converts to the C
// prototype and calls the facade. Rewritten calls go to the twin; the extern itself becomes an ordinary method that calls its twin, so
// that reflection and assemblies that are not rewritten are routed too, under the extern's own site.

using Faultline.Api;
using Faultline.Weaver.Probing;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Faultline.Weaver.Rewriting;

internal static class ExternTwin
{
    /// <summary>The row that an extern imports, or null.</summary>
    public static AllocationApi? Match(MethodDefinition method)
        => method is { IsPInvokeImpl: true, PInvokeInfo: { } import } && ApiNames.IsLibc(import.Module.Name)
            ? AllocationApis.All.FirstOrDefault(api => api.IsPInvoke && api.Method == import.EntryPoint)
            : null;

    /// <summary>Why the extern must stay what it is, or null.</summary>
    public static string? WhyNot(MethodDefinition method, AllocationApi api)
    {
        int missing = api.ParameterTypes.Count - method.Parameters.Count;
        if (missing < 0 || missing > api.OptionalParameters)
            return $"declared with {method.Parameters.Count} parameters, where C has {api.ParameterTypes.Count}";
        if (!method.IsPreserveSig)
            return "declared with PreserveSig = false";
        foreach (ParameterDefinition parameter in method.Parameters)
        {
            ValueShape shape = ArgumentConversion.ShapeOf(parameter.ParameterType);
            bool storesBlock = api.Roles[parameter.Index] == ParameterRole.OutBlock;
            if (shape == ValueShape.Unsupported || (shape == ValueShape.Reference && !storesBlock))
                return $"its parameter of type {parameter.ParameterType.FullName} needs the marshaller";
        }

        return ArgumentConversion.ShapeOf(method.ReturnType) is ValueShape.Unsupported or ValueShape.Reference
            ? $"its return type {method.ReturnType.FullName} needs the marshaller"
            : null;
    }

    /// <summary>Adds the twin beside the extern; the extern is left as it is.</summary>
    public static MethodDefinition Add(MethodDefinition method, MethodReference facade, LastErrorReferences errors)
    {
        MethodDefinition twin = TwinMethod.Declare(method);
        ILProcessor il = twin.Body.GetILProcessor();
        bool keepsError = method.PInvokeInfo.SupportsLastError;
        if (keepsError)
        {
            il.Emit(OpCodes.Ldc_I4, 0);
            il.Emit(OpCodes.Call, errors.SetLastSystemError);
        }

        int naturals = facade.Parameters.Count - 1;
        for (int i = 0; i < naturals; i++)
            PushArgument(il, i < method.Parameters.Count ? twin.Parameters[i] : null, facade.Parameters[i].ParameterType);
        il.Emit(OpCodes.Ldarg, twin.Parameters[^1]);
        il.Emit(OpCodes.Call, facade);
        if (keepsError)
        {
            il.Emit(OpCodes.Call, errors.GetLastSystemError);
            il.Emit(OpCodes.Call, errors.SetLastPInvokeError);
        }

        ArgumentConversion.ReturnAs(il, facade.ReturnType, method.ReturnType);
        il.Emit(OpCodes.Ret);
        return twin;
    }

    private static void PushArgument(ILProcessor il, ParameterDefinition? parameter, TypeReference natural)
    {
        if (parameter is null)
        {
            il.Emit(OpCodes.Ldc_I4, 0);
            il.Emit(OpCodes.Conv_U);
            return;
        }

        il.Emit(OpCodes.Ldarg, parameter);
        ValueShape given = ArgumentConversion.ShapeOf(parameter.ParameterType);
        if (given == ValueShape.Reference)
            Pin(il, parameter.ParameterType);
        else if (ArgumentConversion.ToNatural(given, natural) is { } convert)
            il.Emit(convert);
    }

    /// <summary>A reference may point into an object that moves; the marshaller pins it for the time of the call, and so does a pinned local.</summary>
    private static void Pin(ILProcessor il, TypeReference reference)
    {
        VariableDefinition pinned = new(new PinnedType(reference));
        il.Body.Variables.Add(pinned);
        il.Emit(OpCodes.Stloc, pinned);
        il.Emit(OpCodes.Ldloc, pinned);
        il.Emit(OpCodes.Conv_U);
    }
}
