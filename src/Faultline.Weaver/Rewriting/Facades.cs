using Faultline.Api;
using Faultline.Weaver.Probing;
using Mono.Cecil;

namespace Faultline.Weaver.Rewriting;

/// <summary>
/// References to the shim's facades, by name alone: the shim's assembly is not read. A reference is made of the original call's own
/// signature, so that no reference to the runtime's private core library comes in.
/// </summary>
internal sealed class Facades(ModuleDefinition module)
{
    public const string ShimAssembly = "Faultline.Shim";

    private readonly Dictionary<string, TypeReference> types = [];
    private readonly Dictionary<AllocationApi, MethodReference> methods = [];
    private AssemblyNameReference? shim;

    /// <summary>The row that a call to a method of NativeMemory or Marshal is, or null.</summary>
    public static AllocationApi? Match(MethodReference called)
    {
        TypeReference type = called.DeclaringType;
        if (type.Namespace != ApiNames.Namespace || type.Scope is not AssemblyNameReference || called.HasThis
            || !ApiNames.IsManagedApi(type.Name, called.Name))
            return null;
        foreach (AllocationApi api in AllocationApis.All)
            if (!api.IsPInvoke && api.Method == called.Name && api.Type == type.FullName && SameParameters(api, called))
                return api;
        return null;
    }

    /// <summary>The facade of a managed row, called with the parameters of <paramref name="original"/> and the site.</summary>
    public MethodReference Of(AllocationApi api, MethodReference original)
    {
        if (methods.TryGetValue(api, out MethodReference? facade))
            return facade;
        facade = new MethodReference(api.Method, original.ReturnType, FacadeType(api));
        foreach (ParameterDefinition parameter in original.Parameters)
            facade.Parameters.Add(new ParameterDefinition(parameter.ParameterType));
        return Remember(api, facade);
    }

    /// <summary>The facade of a C function, with the C prototype's types.</summary>
    public MethodReference OfLibc(AllocationApi api)
    {
        if (methods.TryGetValue(api, out MethodReference? facade))
            return facade;
        facade = new MethodReference(api.Method, Natural(api.ReturnType), FacadeType(api));
        foreach (string type in api.ParameterTypes)
            facade.Parameters.Add(new ParameterDefinition(Natural(type)));
        return Remember(api, facade);
    }

    private MethodReference Remember(AllocationApi api, MethodReference facade)
    {
        facade.Parameters.Add(new ParameterDefinition(module.TypeSystem.Int32));
        methods.Add(api, facade);
        return facade;
    }

    private TypeReference FacadeType(AllocationApi api)
    {
        if (types.TryGetValue(api.FacadeType, out TypeReference? type))
            return type;
        if (shim is null)
            module.AssemblyReferences.Add(shim = new AssemblyNameReference(ShimAssembly, new Version(0, 0, 0, 0)));
        int dot = api.FacadeType.LastIndexOf('.');
        type = new TypeReference(api.FacadeType[..dot], api.FacadeType[(dot + 1)..], module, shim);
        types.Add(api.FacadeType, type);
        return type;
    }

    private TypeReference Natural(string type) => type switch
    {
        "System.Void" => module.TypeSystem.Void,
        "System.Int32" => module.TypeSystem.Int32,
        "System.IntPtr" => module.TypeSystem.IntPtr,
        "System.UIntPtr" => module.TypeSystem.UIntPtr,
        "System.Void*" => new PointerType(module.TypeSystem.Void),
        "System.Void**" => new PointerType(new PointerType(module.TypeSystem.Void)),
        _ => throw new InvalidOperationException($"the API table has a C prototype with the type {type}, which the weaver cannot write"),
    };

    private static bool SameParameters(AllocationApi api, MethodReference called)
    {
        if (called.Parameters.Count != api.ParameterTypes.Count)
            return false;
        for (int i = 0; i < api.ParameterTypes.Count; i++)
            if (called.Parameters[i].ParameterType.FullName != api.ParameterTypes[i])
                return false;
        return true;
    }
}
