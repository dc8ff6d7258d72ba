using Faultline.Api;

namespace Faultline.Analyzers.Context;

/// <summary>Questions about a row's parameters.</summary>
internal static class ApiRoles
{
    /// <summary>The position of the parameter with that role, or -1.</summary>
    public static int IndexOf(this AllocationApi api, ParameterRole role)
    {
        for (int i = 0; i < api.Roles.Count; i++)
            if (api.Roles[i] == role)
                return i;
        return -1;
    }

    public static bool Has(this AllocationApi api, ParameterRole role) => api.IndexOf(role) >= 0;
}
