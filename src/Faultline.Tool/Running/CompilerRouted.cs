using Faultline.Reporting;
using Faultline.Tracing.Session;

namespace Faultline.Tool.Running;

/// <summary>
/// Programs that the compiler routed, run by the tool all the same: they bring call sites of their own, which they add to the list that the tool
/// shares with them.
/// </summary>
internal static class CompilerRouted
{
    /// <summary>So many have a place in the session; the calls of those past it count as calls of an unknown site.</summary>
    public const int MostSites = 16 * 1024;

    public static bool Brings(string application) => File.Exists(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(application))!, "Faultline.Shim.dll"));

    /// <summary>The sites that the program added behind the tool's own.</summary>
    public static IReadOnlyList<CallSite> Read(SharedSites shared, int toolsSites)
    {
        try
        {
            return [.. SharedSites.Read(shared.Path).Where(site => site.Id > toolsSites && site.Id < SessionLayout.SiteCapacity).DistinctBy(site => site.Id)];
        }
        catch (InvalidDataException)
        {
            // The program scribbled over it.
            return [];
        }
    }

    public static RoutingFacts Add(RoutingFacts routing, IReadOnlyList<CallSite> own)
    {
        Dictionary<string, int> sites = own.GroupBy(site => site.Assembly).ToDictionary(group => group.Key, group => group.Count());
        IEnumerable<RoutedAssembly> known = routing.Routed.Select(assembly => assembly with { Sites = assembly.Sites + sites.GetValueOrDefault(assembly.Name) });
        IEnumerable<RoutedAssembly> added = sites.Where(entry => routing.Routed.All(assembly => assembly.Name != entry.Key)).Select(entry => new RoutedAssembly(entry.Key, entry.Value, HasSymbols: true));
        return routing with { Routed = [.. known, .. added], WithoutCalls = [.. routing.WithoutCalls.Where(name => !sites.ContainsKey(name))] };
    }
}
