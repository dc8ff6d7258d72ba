using Faultline.Tracing.Session;

namespace Faultline;

/// <summary>
/// What was done with native memory, by one call site or by all: up to a moment (<see cref="FaultlineSnapshot"/>) or between two
/// (<see cref="FaultlineMeasurement"/>). Blocks are counted at the site that allocated (or last reallocated) them, wherever they are freed.
/// </summary>
public readonly record struct MemoryAmounts
{
    /// <summary>Routed calls, whatever they did and answered.</summary>
    public long Calls { get; init; }

    /// <summary>Blocks handed out.</summary>
    public long Allocations { get; init; }

    /// <summary>Of these, the ones served by a mapping of their own (mmap); the others came from the heap.</summary>
    public long MappedAllocations { get; init; }

    /// <summary>Bytes that the program asked for.</summary>
    public long RequestedBytes { get; init; }

    /// <summary>Bytes that malloc_usable_size answers for them.</summary>
    public long UsableBytes { get; init; }

    /// <summary>Allocations that were refused (NULL, OutOfMemoryException).</summary>
    public long Failures { get; init; }

    /// <summary>Reallocations that had to move the block.</summary>
    public long Moves { get; init; }

    /// <summary>Blocks that are gone again: freed, or reallocated.</summary>
    public long Releases { get; init; }

    /// <summary>Requested bytes of these.</summary>
    public long ReleasedBytes { get; init; }

    /// <summary>Simulated minor page faults that the blocks took. Of a whole process or measurement: all, the allocator's own included.</summary>
    public long MinorFaults { get; init; }

    /// <summary>Blocks that are allocated and not freed; between two moments, how many more. Negative where more were freed than allocated.</summary>
    public long LiveBlocks => Allocations - Releases;

    /// <summary>Requested bytes of the <see cref="LiveBlocks"/>.</summary>
    public long LiveBytes => RequestedBytes - ReleasedBytes;

    /// <summary>What came between an earlier moment and this one.</summary>
    public MemoryAmounts Since(in MemoryAmounts earlier) => new()
    {
        Calls = Calls - earlier.Calls,
        Allocations = Allocations - earlier.Allocations,
        MappedAllocations = MappedAllocations - earlier.MappedAllocations,
        RequestedBytes = RequestedBytes - earlier.RequestedBytes,
        UsableBytes = UsableBytes - earlier.UsableBytes,
        Failures = Failures - earlier.Failures,
        Moves = Moves - earlier.Moves,
        Releases = Releases - earlier.Releases,
        ReleasedBytes = ReleasedBytes - earlier.ReleasedBytes,
        MinorFaults = MinorFaults - earlier.MinorFaults,
    };

    internal static MemoryAmounts Of(in SiteCounters counters) => new()
    {
        Calls = (long)counters.Calls,
        Allocations = (long)counters.Allocations,
        MappedAllocations = (long)counters.MappedAllocations,
        RequestedBytes = (long)counters.RequestedBytes,
        UsableBytes = (long)counters.UsableBytes,
        Failures = (long)counters.Failures,
        Moves = (long)counters.Moves,
        Releases = (long)counters.Released,
        ReleasedBytes = (long)counters.ReleasedRequestedBytes,
        MinorFaults = (long)counters.MinorFaults,
    };
}
