// A delegate or function pointer to an allocation API has no place for a site: it points to a static method of the same signature that
// pushes its arguments and the site and calls on. One such method a place, so that each keeps its own line.

using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Faultline.Weaver.Rewriting;

internal sealed class FunctionPointerThunks(ModuleDefinition module)
{
    private TypeDefinition? holder;

    public MethodDefinition For(RoutingTarget target, int site)
    {
        MethodDefinition thunk = new($"{target.Method.Name}<site {site}>", MethodAttributes.Assembly | MethodAttributes.Static | MethodAttributes.HideBySig, target.Method.ReturnType);
        ILProcessor il = thunk.Body.GetILProcessor();
        for (int i = 0; i < target.Method.Parameters.Count - 1; i++)
        {
            thunk.Parameters.Add(new ParameterDefinition(target.Method.Parameters[i].ParameterType));
            il.Emit(OpCodes.Ldarg, thunk.Parameters[i]);
        }

        il.Emit(OpCodes.Ldc_I4, site);
        il.Emit(OpCodes.Call, target.Method);
        il.Emit(OpCodes.Ret);
        thunk.Body.OptimizeMacros();

        // A twin may be private, so its thunk must live beside it.
        (target.Method is MethodDefinition twin ? twin.DeclaringType : Holder()).Methods.Add(thunk);
        return thunk;
    }

    private TypeDefinition Holder()
    {
        if (holder is not null)
            return holder;
        holder = new TypeDefinition(
            "", "<FaultlineThunks>", TypeAttributes.NotPublic | TypeAttributes.Abstract | TypeAttributes.Sealed | TypeAttributes.BeforeFieldInit,
            module.TypeSystem.Object);
        module.Types.Add(holder);
        return holder;
    }
}
