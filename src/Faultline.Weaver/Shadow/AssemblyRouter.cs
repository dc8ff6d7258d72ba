using Faultline.Weaver.Applications;
using Faultline.Weaver.Probing;
using Faultline.Weaver.Rewriting;

namespace Faultline.Weaver.Shadow;

/// <summary>
/// Takes an application's assemblies through the rewriter, those first that others refer to: their twins must be known, and the
/// application's own assembly, which changes most often, comes last and disturbs no other's site numbers.
/// </summary>
internal sealed class AssemblyRouter(WovenCache woven, ShadowFolder shadow, IProgress<string>? progress)
{
    private readonly List<WovenSite> sites = [];
    private readonly List<RoutedAssembly> routed = [];
    private readonly List<UnroutedAssembly> notRouted = [];
    private readonly List<UnroutedCall> unrouted = [];
    private readonly List<string> withoutCalls = [];
    private readonly Dictionary<string, TwinExport> exports = [];

    public IReadOnlyList<WovenSite> Sites => sites;

    public RoutingSummary Summarize(ApplicationShape shape, IReadOnlyList<string> notes)
        => new(shape, routed, notRouted, unrouted, withoutCalls, notes);

    public void Route(AssemblyCatalog catalog)
    {
        HashSet<ForeignCall> externs = [.. catalog.Listed.SelectMany(entry => entry.Facts.Externs.Select(method => new ForeignCall(entry.Facts.Name, method.Type, method.Method)))];
        foreach (CatalogEntry entry in DependenciesFirst(catalog.Listed))
            Route(entry, externs);
        foreach (CatalogEntry entry in catalog.Unlisted)
            if (entry.Facts.HasOwnCalls)
                notRouted.Add(new UnroutedAssembly(entry.RelativePath, "deps.json does not list it; a plugin is loaded from the original folder, unchanged"));
        foreach (string missing in catalog.Missing)
            notRouted.Add(new UnroutedAssembly(missing, "deps.json lists it, but it is not in the application's folder"));
    }

    private void Route(CatalogEntry entry, HashSet<ForeignCall> externs)
    {
        AssemblyFacts facts = entry.Facts;
        switch (facts.Kind)
        {
            case AssemblyKind.MixedMode:
                notRouted.Add(new UnroutedAssembly(entry.RelativePath, "C++/CLI: its native code cannot be written back"));
                return;
            case AssemblyKind.Damaged:
                notRouted.Add(new UnroutedAssembly(entry.RelativePath, "its metadata cannot be read"));
                return;
        }

        foreach ((string entryPoint, string reason) in facts.UnroutedImports)
            unrouted.Add(new UnroutedCall(entryPoint, facts.Name, reason));
        foreach (string name in facts.ExportLookups)
            unrouted.Add(new UnroutedCall(name, facts.Name, "looked up by name (NativeLibrary.GetExport or dlsym) and called through a pointer"));
        if (!facts.HasOwnCalls && !facts.ForeignCalls.Any(externs.Contains))
            withoutCalls.Add(facts.Name);
        else
            Rewrite(entry);
    }

    private void Rewrite(CatalogEntry entry)
    {
        progress?.Report($"rewriting {entry.RelativePath}");
        try
        {
            (string folder, RewrittenAssembly record) = woven.Get(entry.Facts.Path, sites.Count + 1, ExportsUsedBy(entry.Facts));
            unrouted.AddRange(record.UnroutedCalls);
            if (record.Sites.Count == 0)
            {
                withoutCalls.Add(entry.Facts.Name);
                return;
            }

            shadow.Replace(entry.RelativePath, Path.Combine(folder, Path.GetFileName(entry.RelativePath)));
            routed.Add(new RoutedAssembly(entry.Facts.Name, record.Sites.Count, record.HasSymbols));
            sites.AddRange(record.Sites);
            foreach (TwinExport export in record.Exports)
                exports[export.Key] = export;
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException or OutOfMemoryException))
        {
            // The rewriter's library throws all kinds of exceptions for what it does not understand. Such an assembly runs unchanged.
            notRouted.Add(new UnroutedAssembly(entry.RelativePath, $"the rewriter could not read or write it ({e.GetType().Name}: {e.Message})"));
        }
    }

    private Dictionary<string, TwinExport> ExportsUsedBy(AssemblyFacts facts)
    {
        HashSet<string> called = [.. facts.ForeignCalls.Select(call => call.Assembly)];
        return exports.Where(export => called.Contains(export.Key[..export.Key.IndexOf('!')])).ToDictionary();
    }

    private static List<CatalogEntry> DependenciesFirst(IReadOnlyList<CatalogEntry> entries)
    {
        ILookup<string, CatalogEntry> byName = entries.ToLookup(entry => entry.Facts.Name);
        List<CatalogEntry> ordered = [];
        HashSet<CatalogEntry> visited = [];
        foreach (CatalogEntry entry in entries)
            Visit(entry);
        return ordered;

        void Visit(CatalogEntry entry)
        {
            if (!visited.Add(entry))
                return;
            foreach (string reference in entry.Facts.References)
                foreach (CatalogEntry dependency in byName[reference])
                    Visit(dependency);
            ordered.Add(entry);
        }
    }
}
