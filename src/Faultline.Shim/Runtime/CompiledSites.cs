using Faultline.Tracing.Session;

namespace Faultline.Shim.Runtime;

/// <summary>
/// The call sites of the assemblies that were routed by the compiler. Each says what it has when it is loaded, and gets numbers behind
/// those of the assemblies before; the names are looked at when somebody asks for one. Under the tool, which numbers the sites that it routed itself, theirs
/// come behind these, and the names go into the tool's list.
/// </summary>
internal static class CompiledSites
{
    private static readonly List<(int Base, string Assembly, string Names, string Keys)> s_tables = [];

    /// <summary>Sites so far.</summary>
    public static int Count { get; private set; }

    private static int s_toolsSites = -1;

    /// <summary>The number before that of the assembly's first site.</summary>
    public static int Add(string assembly, int count, string names, string keys)
    {
        lock (s_tables)
        {
            int before = ToolsSites() + Count;
            s_tables.Add((before, assembly, names, keys));
            Count += count;
            if (SiteNames.ToolsList is { } list && before < SessionLayout.SiteCapacity)
                Tell(list, s_tables[^1]);
            return before;
        }
    }

    /// <summary>All sites so far, in the order of their numbers.</summary>
    public static IReadOnlyList<CallSite> Read()
    {
        lock (s_tables)
            return [.. s_tables.SelectMany(Read)];
    }

    /// <summary>Their keys in the source.</summary>
    public static IReadOnlyList<SourceKey> ReadKeys()
    {
        lock (s_tables)
            return [.. s_tables.SelectMany(table => SourceKey.Parse(table.Keys).Select(key => key with { Id = table.Base + key.Id }))];
    }

    private static IEnumerable<CallSite> Read((int Base, string Assembly, string Names, string Keys) table)
        => CallSiteLines.Parse(table.Names).Select(site => site with { Id = table.Base + site.Id, Assembly = table.Assembly });

    /// <summary>A list that cannot be read or written leaves the sites unknown, rather than taken for others.</summary>
    private static int ToolsSites()
    {
        if (s_toolsSites < 0)
            s_toolsSites = SiteNames.ToolsList is not { } list ? 0 : TryAccess(() => SharedSites.Read(list) is [.., { Id: int last }] ? last : 0, SessionLayout.SiteCapacity);
        return s_toolsSites;
    }

    private static void Tell(string list, (int, string, string, string) table) => TryAccess(() =>
    {
        SharedSites.Append(list, Read(table));
        return 0;
    }, 0);

    private static int TryAccess(Func<int> access, int otherwise)
    {
        try
        {
            return access();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }
}
