using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>
/// Finds the same call site in two runs: by its key, as the rules find it in the source, where both runs have keys for it; else as the n-th call
/// of its API in its method, by line.
/// </summary>
internal static class SiteMatching
{
    /// <summary>Pairs by descending faults, then bytes, of what is larger of the two. Sites of one run alone have null on the other side.</summary>
    public static IReadOnlyList<(CostSite? Before, CostSite? After)> Match(CostResult before, CostResult after)
    {
        List<(CostSite?, CostSite?)> pairs = [];
        Dictionary<(string, string), CostSite> byKey = [];
        foreach (CostSite site in before.Sites)
            if (site.Key != null)
                byKey.TryAdd((site.Site.Assembly, site.Key), site);
        HashSet<CostSite> used = new(ReferenceEqualityComparer.Instance);
        List<CostSite> left = [];
        foreach (CostSite site in after.Sites)
        {
            if (site.Key != null && byKey.TryGetValue((site.Site.Assembly, site.Key), out CostSite? same) && used.Add(same))
                pairs.Add((same, site));
            else
                left.Add(site);
        }

        MatchByMethod([.. before.Sites.Where(site => !used.Contains(site))], left, pairs);
        return [.. pairs.OrderByDescending(Faults).ThenByDescending(Bytes).ThenBy(NameOf, StringComparer.Ordinal)];
    }

    /// <summary>Keys that differ say that the statement was changed; it is still the same place of the program.</summary>
    private static void MatchByMethod(List<CostSite> before, List<CostSite> after, List<(CostSite?, CostSite?)> pairs)
    {
        Dictionary<string, Queue<CostSite>> waiting = before.OrderBy(site => site.Site.Line).ThenBy(site => site.Site.Id)
            .GroupBy(site => Method(site.Site)).ToDictionary(group => group.Key, group => new Queue<CostSite>(group));
        foreach (CostSite site in after.OrderBy(site => site.Site.Line).ThenBy(site => site.Site.Id))
            pairs.Add((waiting.TryGetValue(Method(site.Site), out Queue<CostSite>? same) && same.TryDequeue(out CostSite? first) ? first : null, site));
        foreach (CostSite gone in waiting.Values.SelectMany(queue => queue))
            pairs.Add((gone, null));
    }

    private static string Method(CallSite site) => string.Join('\n', site.Assembly, site.Type, site.Method, site.Api);

    private static ulong Faults((CostSite? Before, CostSite? After) pair) => Math.Max(pair.Before?.Amounts.MinorFaults ?? 0, pair.After?.Amounts.MinorFaults ?? 0);

    private static ulong Bytes((CostSite? Before, CostSite? After) pair)
        => Math.Max(pair.Before?.Amounts.RequestedBytes ?? 0, pair.After?.Amounts.RequestedBytes ?? 0);

    private static string NameOf((CostSite? Before, CostSite? After) pair) => (pair.After ?? pair.Before)!.Site.Display;
}
