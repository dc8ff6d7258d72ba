namespace Faultline.Reporting;

/// <summary>What one site, or all of them together, did. Blocks are counted at the site that allocated or last reallocated them.</summary>
public readonly record struct Amounts
{
    /// <summary>Routed calls, whatever they did.</summary>
    public ulong Calls { get; init; }

    /// <summary>Blocks handed out, the bytes asked for, and the bytes malloc_usable_size answers for them.</summary>
    public ulong Blocks { get; init; }

    public ulong RequestedBytes { get; init; }

    public ulong UsableBytes { get; init; }

    /// <summary>Of the blocks: those that got a mapping of their own.</summary>
    public ulong MappedBlocks { get; init; }

    /// <summary>Of the blocks: those cut from an arena's heap.</summary>
    public ulong HeapBlocks => Blocks - MappedBlocks;

    public ulong Failures { get; init; }

    /// <summary>Reallocations that had to copy to another place.</summary>
    public ulong Moves { get; init; }

    /// <summary>Blocks not given back at the end.</summary>
    public ulong LiveBlocks { get; init; }

    public ulong LiveRequestedBytes { get; init; }

    public ulong LiveUsableBytes { get; init; }

    public ulong MinorFaults { get; init; }

    public ulong ResidentPages { get; init; }

    public static Amounts operator +(Amounts a, Amounts b) => new()
    {
        Calls = a.Calls + b.Calls,
        Blocks = a.Blocks + b.Blocks,
        RequestedBytes = a.RequestedBytes + b.RequestedBytes,
        UsableBytes = a.UsableBytes + b.UsableBytes,
        MappedBlocks = a.MappedBlocks + b.MappedBlocks,
        Failures = a.Failures + b.Failures,
        Moves = a.Moves + b.Moves,
        LiveBlocks = a.LiveBlocks + b.LiveBlocks,
        LiveRequestedBytes = a.LiveRequestedBytes + b.LiveRequestedBytes,
        LiveUsableBytes = a.LiveUsableBytes + b.LiveUsableBytes,
        MinorFaults = a.MinorFaults + b.MinorFaults,
        ResidentPages = a.ResidentPages + b.ResidentPages,
    };
}

/// <summary>
/// The whole program. <paramref name="Sites"/> is the sum over all sites; the faults and pages of <paramref name="Process"/>
/// also have the allocator's own headers in them and what no site could be charged with.
/// </summary>
public sealed record Totals(Amounts Sites, ProcessTotals? Process, string Answer);

/// <summary>
/// Page figures of the simulated process as a whole. Minor faults = the sites' + <paramref name="AllocatorFaults"/> +
/// <paramref name="UnattributedFaults"/>; the last is 0 unless the program was cut off in the middle of a snapshot.
/// </summary>
public sealed record ProcessTotals(
    ulong MinorFaults,
    ulong MajorFaults,
    ulong AllocatorFaults,
    long UnattributedFaults,
    ulong ResidentPages,
    ulong PeakResidentPages,
    ulong UnbackedPages);
