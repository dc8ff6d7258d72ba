using Faultline.Tracing.Session;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting.Html;

// What the page's script reads. Names here are the names there (Page/*.js); bytes are bytes, pages 4 KiB.

/// <summary>A report as the data of its page.</summary>
internal static class HtmlData
{
    /// <summary>Sites that the table shows; what the others did is summed.</summary>
    public const int MostSites = 1000;

    /// <summary>Sites with lines of source.</summary>
    private const int MostSources = 60;

    public static object Of(Report report, HtmlOptions options, string title) => new
    {
        Title = title,
        Subtitle = Subtitle(report),
        report.Totals.Answer,
        report.Next,
        Cards = HtmlSummary.Cards(report),
        Advice = report.Advice.Select(advice => new { Site = advice.Site.Id, advice.Site.Display, advice.Site.Api, advice.Title, advice.Text, advice.Savings }),
        report.Gaps,
        Timeline = report.Pictures is { } pictures ? HtmlTimeline.Of(pictures) : null,
        Flame = report.Pictures is { Stacks: var stacks } ? HtmlSummary.Flame(stacks) : null,
        Sites = HtmlSites.Of(report),
        Source = options.IncludesSource ? Sources(report) : [],
        Maps = HtmlHeap.Maps(report.Pictures),
        Buddy = report.Zones.Select(zone => new { zone.Zone, Managed = zone.ManagedPages, Free = zone.FreePages, Blocks = zone.FreeBlocks, Unusable = zone.UnusableIndex }),
        Leaks = report.Leaks.Take(MostSites).Select(leak => leak.Site.Id),
        Findings = report.Findings.Select(finding => new
        {
            finding.Title, finding.Text, finding.Consequence, finding.Occurrences, Steps = finding.Steps.Select(step => $"{step.Role}: {step.Site.Display}"),
        }),
        Proc = HtmlProc.Files(report),
        WhatIf = options.WhatIf,
        Settings = HtmlSummary.Settings(report),
        Limits = Limits.OfModel,
        Words = Limits.Words.Select(word => new { word.Word, word.Meaning }),
        Notes = report.Notes.Select(note => note.Text).Concat(report.Pictures?.Notes ?? []),
    };

    private static string Subtitle(Report report) => report.Replay is { } replay
        ? $"{Count(replay.Events, "event")} of {Path.GetFileName(replay.Trace)}, replayed on {report.Profile.Libc} and {report.Profile.Kernel} with {Bytes(report.Profile.RamBytes)} of memory. All figures are simulated."
        : $"{report.Profile.Libc} and {report.Profile.Kernel} with {Bytes(report.Profile.RamBytes)} of memory. All figures are simulated unless marked as real.";

    private static Dictionary<string, object> Sources(Report report)
    {
        Dictionary<string, object> sources = [];
        IEnumerable<CallSite> sites = report.Advice.Select(advice => advice.Site).Concat(report.Sites.Take(MostSources).Select(site => site.Site));
        foreach (CallSite site in sites.DistinctBy(site => site.Id))
            if (SourceLines.Of(site) is (int first, string[] lines))
                sources.Add(site.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), new { First = first, site.Line, Lines = lines });
        return sources;
    }
}
