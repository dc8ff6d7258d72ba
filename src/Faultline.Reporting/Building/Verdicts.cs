using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>
/// Sentences that a site's numbers support. Each has its own condition with a margin: where the numbers do not decide,
/// nothing is said.
/// </summary>
internal static class Verdicts
{
    private const ulong PageBytes = 4096;

    /// <summary>Below this, memory that is asked for and not used is not worth a sentence.</summary>
    private const ulong WorthwhileBytes = 1 << 20;

    /// <summary>Fewer repetitions than this are no pattern.</summary>
    private const ulong Pattern = 8;

    public static IReadOnlyList<string> Of(in Amounts site, bool pagesKnown)
    {
        List<string> verdicts = [];
        if (pagesKnown)
        {
            if (HardlyTouched(site) is { } touched)
                verdicts.Add(touched);
            if (MappedAgainAndAgain(site) is { } churn)
                verdicts.Add(churn);
        }

        if (NotFreed(site) is { } leak)
            verdicts.Add(leak);
        if (MovedOften(site) is { } moved)
            verdicts.Add(moved);
        if (MostlyOverhead(site) is { } tiny)
            verdicts.Add(tiny);
        if (site.Failures > 0)
            verdicts.Add($"{Count(site.Failures, "request")} answered with no memory");
        return verdicts;
    }

    /// <summary>Only for sites whose blocks are all mapped: a fresh mapping faults once for each page that is touched.</summary>
    private static string? HardlyTouched(in Amounts site)
    {
        bool eachPageFaultsOnce = site.Blocks > 0 && site.HeapBlocks == 0;
        return eachPageFaultsOnce && site.RequestedBytes >= WorthwhileBytes && site.MinorFaults * PageBytes * 4 <= site.RequestedBytes
            ? $"{Bytes(site.RequestedBytes)} requested, {Count(site.MinorFaults, "page")} touched"
            : null;
    }

    private static string? MappedAgainAndAgain(in Amounts site)
    {
        bool again = site.MappedBlocks >= Pattern && site.LiveBlocks <= site.MappedBlocks / 2 && site.HeapBlocks <= site.MappedBlocks / 2;
        return again && site.MinorFaults >= 2 * site.MappedBlocks
            ? $"{Number(site.MappedBlocks)} blocks were mapped, faulted in ({Number(site.MinorFaults / site.Blocks)} faults each) "
                + "and unmapped: one buffer kept for all faults once"
            : null;
    }

    private static string? NotFreed(in Amounts site)
        => site.LiveBlocks == 0 || site.Blocks == 1 ? null
        : site.LiveBlocks == site.Blocks ? $"none of its {Number(site.Blocks)} blocks was freed"
        : $"{Number(site.LiveBlocks)} of its {Number(site.Blocks)} blocks {WasOrWere(site.LiveBlocks)} not freed: "
            + "look for a path around the free";

    private static string? MovedOften(in Amounts site)
        => site.Moves >= Pattern && site.Moves * 2 >= site.Blocks
            ? $"realloc had to move the block {Number(site.Moves)} of {Number(site.Blocks)} times: grow by a factor, not by a step"
            : null;

    /// <summary>A chunk is the usable bytes and an 8-byte header.</summary>
    private static string? MostlyOverhead(in Amounts site)
    {
        ulong chunks = site.UsableBytes + 8 * site.Blocks;
        return site.MappedBlocks == 0 && site.Blocks >= 1000 && chunks >= 2 * site.RequestedBytes
            ? $"small blocks: {Number(site.RequestedBytes / site.Blocks)} B requested on average, "
                + $"{Number(chunks / site.Blocks)} B taken from the heap"
            : null;
    }
}
