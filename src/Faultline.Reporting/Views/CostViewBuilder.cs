using Faultline.Tracing.Replay;

namespace Faultline.Reporting.Views;

/// <summary>Makes the view of a replayed trace, and of a result that a file has.</summary>
public static class CostViewBuilder
{
    /// <param name="report">The replay's report.</param>
    /// <param name="replay">What the report is of.</param>
    /// <param name="name">The trace, as the user named it.</param>
    public static CostView Of(Report report, ReplayResult replay, string name)
    {
        Dictionary<int, ReplayedSite> replayed = replay.Sites.ToDictionary(site => site.Id);
        IEnumerable<SiteView> sites = report.Sites.Select(site => new SiteView(site.Site, site.Amounts, PagesKnown: true, site.Verdicts)
        {
            TemporaryBlocks = replayed[site.Site.Id].TemporaryBlocks,
            TemporaryBytes = replayed[site.Site.Id].TemporaryBytes,
        });
        ProcessTotals? process = report.Totals.Process;
        return new(
            report.Program.Name,
            $"replayed from {name} ({replay.Trace.Source} trace, {Quantity.Count(replay.Events, "event")})",
            report.Totals.Sites,
            process == null ? null : new(process.MinorFaults, process.MajorFaults, process.ResidentPages, process.PeakResidentPages),
            [.. sites.Where(IsShown)],
            report.Findings.Count == 0 ? null : (report.Findings.Count, report.Findings[0].Title),
            report.Next)
        {
            Stacks = StackPathBuilder.Build(replay),
            Damage = replay.Damage?.ToString().ReplaceLineEndings(" "),
        };
    }

    /// <summary>Of what a run left in a file: its counters.</summary>
    /// <param name="result">The file's, sites in any order.</param>
    /// <param name="process">What it has of the process.</param>
    /// <param name="origin">A half sentence: what was read.</param>
    /// <param name="next">The report's closing line; null where the file has none.</param>
    public static CostView Of(CostResult result, ProcessView? process, string origin, string? next)
    {
        IEnumerable<SiteView> sites = result.Sites
            .Select(site => new SiteView(site.Site, site.Amounts, site.MinorFaults != null, Verdicts.Of(site.Amounts, site.MinorFaults != null)))
            .OrderByDescending(site => site.Amounts.MinorFaults).ThenByDescending(site => site.Amounts.RequestedBytes).ThenByDescending(site => site.Amounts.Calls).ThenBy(site => site.Site.Id);
        return new(
            result.Program,
            origin,
            result.Sites.Aggregate(default(Amounts), (sum, site) => sum + site.Amounts),
            process,
            [.. sites],
            result.Findings is { Count: > 0 } findings ? (findings.Count, findings[0].Title) : null,
            next);
    }

    /// <summary>Sites that only freed have nothing to show.</summary>
    private static bool IsShown(SiteView site) => site.Amounts.Blocks > 0 || site.Amounts.Failures > 0;
}
