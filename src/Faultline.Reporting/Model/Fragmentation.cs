namespace Faultline.Reporting;

/// <summary>
/// Waste in the simulated heap at the last snapshot, by kind; the report's footnotes define each. Bytes, except
/// <see cref="External"/>, a share of 0 to 1, and <see cref="StrandedPages"/>.
/// </summary>
public sealed record HeapFragmentation
{
    /// <summary>A resident heap page is stranded when live blocks use less than this share of it, in percent.</summary>
    public const int StrandedBelowPercent = 25;

    public required ulong InternalBytes { get; init; }

    /// <summary>Of the live blocks' usable bytes, the share that nobody asked for.</summary>
    public required double InternalShare { get; init; }

    public required double External { get; init; }

    public required ulong FreeBytes { get; init; }

    public required ulong LargestFreeBytes { get; init; }

    public required ulong StrandedPages { get; init; }

    public required ulong HeapResidentPages { get; init; }

    public required ulong RetainedBytes { get; init; }

    public required ulong TrimmableBytes { get; init; }

    /// <summary>What the allocator holds from the kernel: the heaps of all arenas, and mappings for single blocks.</summary>
    public required ulong HeapBytes { get; init; }

    public required ulong MappedBytes { get; init; }

    /// <summary>A sentence where the numbers support one, else null.</summary>
    public required string? Verdict { get; init; }

    public required ulong MmapThreshold { get; init; }

    public required ulong TrimThreshold { get; init; }
}

/// <summary>
/// Fragmentation of one zone's free frames: free blocks and unusable free space index by order 0 to 10. The index is the
/// thousandth part of the zone's free memory that a request of that order could not use (0 none, 1000 all).
/// </summary>
public sealed record ZoneFragmentation(
    string Zone,
    ulong ManagedPages,
    ulong FreePages,
    IReadOnlyList<ulong> FreeBlocks,
    IReadOnlyList<int> UnusableIndex);
