using Faultline.Tracing.Session;

namespace Faultline.Shim.Runtime;

/// <summary>
/// The call sites of the assemblies that were routed by the compiler. Each says what it has when it is loaded, and gets numbers behind
/// those of the assemblies before; the names are looked at when somebody asks for one.
/// </summary>
internal static class CompiledSites
{
    private static readonly List<(int Base, string Assembly, string Names)> s_tables = [];

    /// <summary>Sites so far. Their numbers are 1 to this.</summary>
    public static int Count { get; private set; }

    /// <summary>The number before that of the assembly's first site.</summary>
    public static int Add(string assembly, int count, string names)
    {
        lock (s_tables)
        {
            int before = Count;
            s_tables.Add((before, assembly, names));
            Count = before + count;
            return before;
        }
    }

    /// <summary>All sites so far, in the order of their numbers.</summary>
    public static IReadOnlyList<CallSite> Read()
    {
        lock (s_tables)
            return [.. s_tables.SelectMany(table => CallSiteLines.Parse(table.Names).Select(site => site with { Id = table.Base + site.Id, Assembly = table.Assembly }))];
    }
}
