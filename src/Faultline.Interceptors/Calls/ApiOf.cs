using System.Collections.Generic;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Interceptors.Calls;

/// <summary>From a bound method to its row in the API table.</summary>
internal static class ApiOf
{
    private static readonly Dictionary<string, List<AllocationApi>> s_byMethod = Index();

    /// <summary>The row that a method is, or imports; null for all others.</summary>
    public static AllocationApi? Method(IMethodSymbol method)
        => IsManaged(method.ContainingType) ? Managed(method) : LibcImport.Of(method)?.Api;

    /// <summary>Full name as the table writes it: System.UIntPtr, System.Void**.</summary>
    public static string TypeName(ITypeSymbol type) => type is IPointerTypeSymbol pointer ? TypeName(pointer.PointedAtType) + "*"
        : type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + type.MetadataName : type.MetadataName;

    private static AllocationApi? Managed(IMethodSymbol method)
    {
        if (!s_byMethod.TryGetValue(method.Name, out List<AllocationApi>? rows))
            return null;
        string type = TypeName(method.ContainingType);
        foreach (AllocationApi api in rows)
            if (api.Type == type && HasParameters(method, api))
                return api;
        return null;
    }

    private static bool IsManaged(INamedTypeSymbol? type) => type is { Name: "NativeMemory" or "Marshal" } && TypeName(type) is AllocationApis.NativeMemoryType or AllocationApis.MarshalType;

    private static bool HasParameters(IMethodSymbol method, AllocationApi api)
    {
        if (method.Parameters.Length != api.ParameterTypes.Count)
            return false;
        for (int i = 0; i < method.Parameters.Length; i++)
            if (TypeName(method.Parameters[i].Type) != api.ParameterTypes[i])
                return false;
        return true;
    }

    private static Dictionary<string, List<AllocationApi>> Index()
    {
        Dictionary<string, List<AllocationApi>> index = [];
        foreach (AllocationApi api in AllocationApis.All)
        {
            if (!index.TryGetValue(api.Method, out List<AllocationApi>? rows))
                index.Add(api.Method, rows = []);
            if (!api.IsPInvoke)
                rows.Add(api);
        }

        return index;
    }
}
