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
            verdicts.Add($"{Quantity.Count(site.Failures, "request")} answered with no memory");
        return verdicts;
    }

    /// <summary>Only for sites whose blocks are all mapped: a fresh mapping faults once for each page that is touched.</summary>
    private static string? HardlyTouched(in Amounts site)
    {
        bool eachPageFaultsOnce = site.Blocks > 0 && site.HeapBlocks == 0;
        return eachPageFaultsOnce && site.RequestedBytes >= WorthwhileBytes && site.MinorFaults * PageBytes * 4 <= site.RequestedBytes
            ? $"{Quantity.Bytes(site.RequestedBytes)} requested, {Quantity.Count(site.MinorFaults, "page")} touched"
            : null;
    }

    private static string? MappedAgainAndAgain(in Amounts site)
    {
        bool again = site.MappedBlocks >= Pattern && site.LiveBlocks <= site.MappedBlocks / 2 && site.HeapBlocks <= site.MappedBlocks / 2;
        return again && site.MinorFaults >= 2 * site.MappedBlocks
            ? $"{Quantity.Number(site.MappedBlocks)} blocks were mapped, faulted in ({Quantity.Number(site.MinorFaults / site.Blocks)} faults each) and unmapped: one buffer kept for all faults once"
            : null;
    }

    private static string? NotFreed(in Amounts site)
        => site.LiveBlocks == 0 || site.Blocks == 1 ? null
        : site.LiveBlocks == site.Blocks ? $"none of its {Quantity.Number(site.Blocks)} blocks was freed"
        : $"{Quantity.Number(site.LiveBlocks)} of its {Quantity.Number(site.Blocks)} blocks {(site.LiveBlocks == 1 ? "was" : "were")} not freed: look for a path around the free";

    private static string? MovedOften(in Amounts site)
        => site.Moves >= Pattern && site.Moves * 2 >= site.Blocks
            ? $"realloc had to move the block {Quantity.Number(site.Moves)} of {Quantity.Number(site.Blocks)} times: grow by a factor, not by a step"
            : null;

    /// <summary>A chunk is the usable bytes and an 8-byte header.</summary>
    private static string? MostlyOverhead(in Amounts site)
    {
        ulong chunks = site.UsableBytes + 8 * site.Blocks;
        return site.MappedBlocks == 0 && site.Blocks >= 1000 && chunks >= 2 * site.RequestedBytes
            ? $"small blocks: {Quantity.Number(site.RequestedBytes / site.Blocks)} B requested on average, {Quantity.Number(chunks / site.Blocks)} B taken from the heap"
            : null;
    }
}
