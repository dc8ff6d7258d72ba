using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>Turns a session's counters into ranked sites.</summary>
internal static class SiteBuilder
{
    /// <summary>Most costly first. The order is total (the id decides last), so that equal sessions give equal reports.</summary>
    public static IReadOnlyList<SiteReport> Rank(SessionReading session, SiteTable table)
    {
        bool pagesKnown = session.Snapshot != null;
        return [.. session.Sites
            .Select(reading => Build(reading, table, pagesKnown))
            .OrderByDescending(s => s.Amounts.MinorFaults)
            .ThenByDescending(s => s.Amounts.RequestedBytes)
            .ThenByDescending(s => s.Amounts.Calls)
            .ThenBy(s => s.Site.Id)];
    }

    public static IReadOnlyList<SiteReport> Leaks(IReadOnlyList<SiteReport> sites)
        => [.. sites.Where(s => s.Amounts.LiveBlocks > 0)
            .OrderByDescending(s => s.Amounts.LiveRequestedBytes)
            .ThenByDescending(s => s.Amounts.LiveBlocks)
            .ThenBy(s => s.Site.Id)];

    private static SiteReport Build(SiteReading reading, SiteTable table, bool pagesKnown)
    {
        Amounts amounts = AmountsOf(reading.Counters);
        return new(table.Get(reading.Id), amounts, reading.Counters.PeakLiveBytes, Verdicts.Of(amounts, pagesKnown));
    }

    private static Amounts AmountsOf(in SiteCounters c) => new()
    {
        Calls = c.Calls,
        Blocks = c.Allocations,
        RequestedBytes = c.RequestedBytes,
        UsableBytes = c.UsableBytes,
        MappedBlocks = Math.Min(c.MappedAllocations, c.Allocations),
        Failures = c.Failures,
        Moves = c.Moves,
        LiveBlocks = Left(c.Allocations, c.Released),
        LiveRequestedBytes = Left(c.RequestedBytes, c.ReleasedRequestedBytes),
        LiveUsableBytes = Left(c.UsableBytes, c.ReleasedUsableBytes),
        MinorFaults = c.MinorFaults,
        ResidentPages = c.ResidentPages,
    };

    /// <summary>A program killed between two stores leaves a release that is counted before its allocation.</summary>
    private static ulong Left(ulong given, ulong released) => given > released ? given - released : 0;
}
