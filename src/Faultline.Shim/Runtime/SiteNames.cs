using Faultline.Tracing.Session;

namespace Faultline.Shim.Runtime;

/// <summary>The names of this process's call sites, read when they are first asked for: the tool's list, and those routed by the compiler.</summary>
internal static class SiteNames
{
    private static readonly Lock s_gate = new();
    private static SiteTable s_table = SiteTable.Empty;
    private static int s_compiled = -1;
    private static string? s_list;

    /// <summary>Where the tool left its list.</summary>
    public static void FromTool(string path) => s_list = path;

    /// <summary>Path of the tool's list; null without the tool. A program without startup hook may ask before the environment was read.</summary>
    public static string? ToolsList => s_list ?? Environment.GetEnvironmentVariable(SharedSites.EnvironmentVariable);

    /// <summary>All sites that are known now. A list that cannot be read any more leaves its sites unknown.</summary>
    public static SiteTable Table
    {
        get
        {
            lock (s_gate)
            {
                if (s_compiled == CompiledSites.Count)
                    return s_table;
                s_compiled = CompiledSites.Count;
                return s_table = new SiteTable(ToolsList is { } list ? FromList(list) : CompiledSites.Read());
            }
        }
    }

    private static IReadOnlyList<CallSite> FromList(string list)
    {
        try
        {
            return SharedSites.Read(list);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
