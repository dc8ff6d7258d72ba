using Faultline.Tracing.Replay;

namespace Faultline.Reporting;

/// <summary>From a report and what a replay of the same run measured to the profile. The rules' conditions are decided here and nowhere else.</summary>
public static class MeasuredProfileBuilder
{
    /// <summary>One block that is left may be meant to live as long as the program; a second one from the same call is a habit.</summary>
    private const ulong LeakedBlocks = 2;

    /// <summary>Fewer pinned pages (256 KiB), or a smaller part of the heap's, are not worth a warning.</summary>
    private const ulong PinnedPages = 64;
    private const ulong PinnedPart = 8;

    /// <param name="report">Of the run.</param>
    /// <param name="names">The sites' names in the source, by site id. Sites without one have none.</param>
    /// <param name="measured">Of the same run, by the same ids; null where it was not recorded.</param>
    /// <param name="note">Why something is missing of <paramref name="measured"/>; null where nothing is.</param>
    public static MeasuredProfile Build(Report report, IReadOnlyDictionary<int, SiteIdentity> names, Measurements? measured, string? note = null)
    {
        bool pagesKnown = report.Totals.Process != null;
        // What a program leaves that was killed or failed is no leak of the site's.
        bool endedInOrder = report.Data.Completeness == Completeness.Final && report.Program.Signal == null;
        IEnumerable<MeasuredSite> sites = report.Sites.Where(site => site.Amounts.Blocks > 0 && !site.Site.IsUnknown).Select(site =>
        {
            SiteMeasurement? of = measured?.Sites.GetValueOrDefault(site.Site.Id);
            return new MeasuredSite(
                site.Site,
                names.GetValueOrDefault(site.Site.Id) ?? SiteIdentity.Unknown("nobody looked for its source"),
                site.Amounts,
                site.PeakLiveBytes,
                pagesKnown,
                of,
                Leaks: endedInOrder && site.Amounts.LiveBlocks >= LeakedBlocks,
                Pins: of != null && of.PinnedPages >= PinnedPages && of.PinnedPages * PinnedPart >= measured!.Pinning.HeapPages);
        });
        return new(
            report.Program.Name,
            report.Data.Completeness,
            report.Profile.Libc,
            report.Profile.Kernel,
            report.Profile.Observer,
            TotalsOf(report),
            measured?.Pinning,
            [.. Merged(sites).OrderBy(site => site.Site.Assembly, StringComparer.Ordinal).ThenBy(site => site.Site.File, StringComparer.Ordinal)
                .ThenBy(site => site.Site.Line).ThenBy(site => site.Identity.Key, StringComparer.Ordinal).ThenBy(site => site.Site.Id)],
            note == null ? [] : [note]);
    }

    public static MeasuredTotals TotalsOf(Report report) => new(
        report.Totals.Process?.MinorFaults,
        report.Totals.Sites.Blocks,
        report.Totals.Sites.RequestedBytes,
        report.Totals.Sites.LiveBlocks,
        report.Totals.Sites.LiveRequestedBytes,
        report.Heap is { } heap ? HeapShare.Fragmentation(heap) : null);

    /// <summary>One call of the source may be several of the program (a finally block is compiled twice in places): the first stands for all, with the sums.</summary>
    private static IEnumerable<MeasuredSite> Merged(IEnumerable<MeasuredSite> sites)
        => sites.GroupBy(site => (site.Site.Assembly, Name: site.Identity.Key ?? site.Site.Id.ToString())).Select(group => group.Aggregate((a, b) => a with
        {
            Amounts = a.Amounts + b.Amounts,
            PeakLiveBytes = a.PeakLiveBytes + b.PeakLiveBytes,
            Measured = a.Measured == null || b.Measured == null ? a.Measured ?? b.Measured : a.Measured + b.Measured,
            Leaks = a.Leaks || b.Leaks,
            Pins = a.Pins || b.Pins,
        }));
}
