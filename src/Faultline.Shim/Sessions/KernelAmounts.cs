using Faultline.Tracing.Session;

namespace Faultline;

/// <summary>What the simulated kernel did for a process: up to a moment, or between two.</summary>
public readonly record struct KernelAmounts
{
    /// <summary>Faults that were served from memory. Equals <see cref="MemoryAmounts.MinorFaults"/> of the whole.</summary>
    public long MinorFaults { get; init; }

    /// <summary>Faults that waited for the swap device.</summary>
    public long MajorFaults { get; init; }

    /// <summary>Minor faults on pages that no block had been placed on yet: the allocator's own headers. No site pays for them.</summary>
    public long AllocatorFaults { get; init; }

    public long BrkCalls { get; init; }

    public long MmapCalls { get; init; }

    public long MunmapCalls { get; init; }

    public long MremapCalls { get; init; }

    public long MadviseCalls { get; init; }

    /// <summary>What came between an earlier moment and this one.</summary>
    public KernelAmounts Since(in KernelAmounts earlier) => new()
    {
        MinorFaults = MinorFaults - earlier.MinorFaults,
        MajorFaults = MajorFaults - earlier.MajorFaults,
        AllocatorFaults = AllocatorFaults - earlier.AllocatorFaults,
        BrkCalls = BrkCalls - earlier.BrkCalls,
        MmapCalls = MmapCalls - earlier.MmapCalls,
        MunmapCalls = MunmapCalls - earlier.MunmapCalls,
        MremapCalls = MremapCalls - earlier.MremapCalls,
        MadviseCalls = MadviseCalls - earlier.MadviseCalls,
    };

    internal static KernelAmounts Of(in SnapshotRecord snapshot) => new()
    {
        MinorFaults = (long)snapshot.MinorFaults,
        MajorFaults = (long)snapshot.MajorFaults,
        AllocatorFaults = (long)snapshot.AllocatorFaults,
        BrkCalls = (long)snapshot.BrkCalls,
        MmapCalls = (long)snapshot.MmapCalls,
        MunmapCalls = (long)snapshot.MunmapCalls,
        MremapCalls = (long)snapshot.MremapCalls,
        MadviseCalls = (long)snapshot.MadviseCalls,
    };
}
