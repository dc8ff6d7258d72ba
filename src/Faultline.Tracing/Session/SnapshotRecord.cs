using System.Runtime.InteropServices;

namespace Faultline.Tracing.Session;

/// <summary>Why a snapshot was taken.</summary>
public enum SnapshotReason : uint
{
    Start = 0,
    Periodic = 1,
    Exit = 2,
    UnhandledException = 3,
}

/// <summary>
/// The simulated machine at one moment, and the real process beside it. Pages are 4 KiB. Sequence is odd while the
/// record is being written.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public unsafe partial struct SnapshotRecord
{
    public const int Zones = 3;

    /// <summary>Names of the zones, in the order of <see cref="ManagedPages"/>.</summary>
    public static readonly IReadOnlyList<string> ZoneNames = ["DMA", "DMA32", "Normal"];

    public const int Orders = 11;

    public ulong Sequence;
    public SnapshotReason Reason;
    private uint _reserved;
    public long UnixNanoseconds;
    public ulong EventCount;

    // The simulated process.
    public ulong MinorFaults;
    public ulong MajorFaults;
    public ulong VirtualPages;
    public ulong ResidentPages;
    public ulong SharedPages;
    public ulong PeakResidentPages;
    public ulong ZeroPages;
    public ulong PageTablePages;
    public ulong HeapResidentPages;
    public ulong MappedResidentPages;

    /// <summary>Faults on pages that no block has been placed on: the allocator's own headers.</summary>
    public ulong AllocatorFaults;

    /// <summary>Pages that the program touched when the simulated machine had no frame left.</summary>
    public ulong UnbackedPages;
    public ulong BrkCalls;
    public ulong MmapCalls;
    public ulong MunmapCalls;
    public ulong MremapCalls;
    public ulong MadviseCalls;

    // mallinfo2, bytes (counts for ordblks, smblks, hblks).
    public ulong Arena;
    public ulong OrdBlks;
    public ulong SmBlks;
    public ulong HBlks;
    public ulong HBlkHd;
    public ulong FsmBlks;
    public ulong UordBlks;
    public ulong FordBlks;
    public ulong KeepCost;

    // Fragmentation of the heap; definitions are footnotes of the report.
    public ulong LiveBlocks;
    public ulong LiveRequestedBytes;
    public ulong LiveUsableBytes;
    public ulong LargestFreeBytes;
    public ulong FreeBytes;
    public ulong StrandedPages;

    /// <summary>mmap_threshold and trim_threshold in force, bytes.</summary>
    public ulong MmapThreshold;
    public ulong TrimThreshold;

    // The real process (/proc/self/statm, getrusage), pages and faults.
    public ulong RealVirtualPages;
    public ulong RealResidentPages;
    public ulong RealSharedPages;
    public ulong RealMinorFaults;
    public ulong RealMajorFaults;

    /// <summary>Real pages present in the arena: what the routed blocks really hold.</summary>
    public ulong RealArenaPages;

    /// <summary>Managed pages by zone, then free blocks by zone and order.</summary>
    public fixed ulong ManagedPages[Zones];
    public fixed ulong FreeBlocks[Zones * Orders];
}
