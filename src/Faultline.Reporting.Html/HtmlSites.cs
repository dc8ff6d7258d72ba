using Faultline.Tracing.Inspection;
using Faultline.Tracing.Session;

namespace Faultline.Reporting.Html;

/// <summary>The table of sites as data, with each site's blocks by size and by lifetime.</summary>
internal static class HtmlSites
{
    public static object Of(Report report) => new
    {
        Rows = report.Sites.Take(HtmlData.MostSites).Select(site => Row(site, report.Pictures)),
        LeftOut = Math.Max(0, report.Sites.Count - HtmlData.MostSites),
    };

    private static object Row(SiteReport site, Pictures? pictures)
    {
        CallSite place = site.Site;
        Amounts a = site.Amounts;
        SiteHistory? history = pictures?.Histories.GetValueOrDefault(place.Id);
        return new
        {
            place.Id,
            place.Display,
            place.Api,
            place.Assembly,
            place.Type,
            place.Method,
            File = place.FileName,
            place.Line,
            a.Calls,
            a.Blocks,
            Requested = a.RequestedBytes,
            Usable = a.UsableBytes,
            Mapped = a.MappedBlocks,
            a.Moves,
            a.Failures,
            Faults = a.MinorFaults,
            Resident = a.ResidentPages,
            Live = a.LiveBlocks,
            LiveBytes = a.LiveRequestedBytes,
            Peak = site.PeakLiveBytes,
            Temporary = pictures?.TemporaryBlocks.GetValueOrDefault(place.Id),
            Pinned = pictures?.AtPeak?.Pinned.GetValueOrDefault(place.Id).Pages,
            Lifetime = history is { } h && h.Lifetimes.Aggregate(0UL, (sum, n) => sum + n) is > 0 and var released ? (double?)Math.Round((double)h.LivedEvents / released, 1) : null,
            Sizes = history == null ? null : Trimmed(history.Sizes),
            Lifetimes = history == null ? null : Trimmed(history.Lifetimes),
            site.Verdicts,
        };
    }

    /// <summary>[first bucket, counts …] without the empty ones at both ends.</summary>
    private static ulong[] Trimmed(IReadOnlyList<ulong> buckets)
    {
        int first = 0, last = buckets.Count - 1;
        while (first < last && buckets[first] == 0)
            first++;
        while (last > first && buckets[last] == 0)
            last--;
        return [(ulong)first, .. buckets.Skip(first).Take(last - first + 1)];
    }
}
