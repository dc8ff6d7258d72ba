namespace Faultline.Kernel;

/// <summary>/sys/kernel/mm/transparent_hugepage/enabled.</summary>
public enum ThpPolicy
{
    Never = 0,

    /// <summary>Only where madvise(MADV_HUGEPAGE) asked for it: the default of most distributions.</summary>
    MadviseOnly = 1,
    Always = 2,
}

/// <summary>vm.overcommit_memory.</summary>
public enum OvercommitPolicy
{
    /// <summary>Refuses only a single request larger than all memory.</summary>
    Heuristic = 0,
    Always = 1,

    /// <summary>Refuses what would bring everything promised above <see cref="MachineOptions.OvercommitRatio"/> per cent of memory.</summary>
    Never = 2,
}

/// <summary>Managed pages of each zone, for machines whose boot is not to be guessed. Normal may be 0.</summary>
public sealed record ZonePages(uint Dma, uint Dma32, uint Normal);

/// <summary>The hardware and the settings of a simulated machine.</summary>
public sealed record MachineOptions
{
    /// <summary>Physical memory in bytes, a page multiple, 64 MiB to 8 TiB.</summary>
    public ulong RamBytes { get; init; } = 16UL << 30;

    /// <summary>On a 32-bit machine memory lies in one piece, in zones DMA, Normal and HighMem.</summary>
    public MachineArchitecture Architecture { get; init; }

    /// <summary>In place of <see cref="RamBytes"/>: exactly these zones.</summary>
    public ZonePages? Zones { get; init; }

    /// <summary>Processors, 1 to 4096: each keeps page lists of its own.</summary>
    public int Cpus { get; init; } = 2;

    public ThpPolicy Thp { get; init; } = ThpPolicy.MadviseOnly;

    public OvercommitPolicy Overcommit { get; init; } = OvercommitPolicy.Heuristic;

    /// <summary>Per cent of memory that may be promised under <see cref="OvercommitPolicy.Never"/>.</summary>
    public int OvercommitRatio { get; init; } = 50;

    /// <summary>The processors' translation buffers, or null: they are not modelled, which costs nothing.</summary>
    public TlbPolicy? Tlb { get; init; }

    /// <summary>Which process dies when memory is out.</summary>
    public OomProfile Oom { get; init; }

    /// <summary>vm.oom_kill_allocating_task: not the worst process dies but the one that asked.</summary>
    public bool OomKillsAllocatingTask { get; init; }

    /// <summary>The page cache: readahead, fault-around, folio sizes, write-back.</summary>
    public FileSettings Files { get; init; } = new();

    /// <summary>Size of the swap area in bytes, a page multiple below 8 TiB; 0: none. One page of it is the header.</summary>
    public ulong SwapBytes { get; init; }

    /// <summary>
    /// The swap area lies on a disk with moving heads (/sys/block/*/queue/rotational): pages are read ahead in the order of the slots
    /// instead of the order of the process's pages.
    /// </summary>
    public bool SwapIsRotational { get; init; }

    /// <summary>What reading and writing swap takes.</summary>
    public SwapTimes SwapTimes { get; init; } = new();

    /// <summary>vm.swappiness, 0 to 200: how readily anonymous memory is reclaimed rather than files; at 0 only when there is nothing else.</summary>
    public int Swappiness { get; init; } = 60;

    /// <summary>vm.page-cluster, 0 to 10: at most 2^n pages are read from swap at once.</summary>
    public int PageCluster { get; init; } = 3;

    /// <summary>The largest swap area: its slots are numbered with 31 bits.</summary>
    public const ulong MaxSwapBytes = (8UL << 40) - PageSize.Bytes;

    /// <summary>vm.compaction_proactiveness, 0 to 100: how little of free memory may be scattered before it is compacted in the background; 0: never unasked.</summary>
    public int CompactionProactiveness { get; init; } = 20;

    private ulong MaxRam => Architecture == MachineArchitecture.X86Pae ? 64UL << 30 : 4UL << 30;

    /// <summary>Throws <see cref="ArgumentException"/> naming the value that is out of range.</summary>
    internal void Validate()
    {
        if (Zones == null && (RamBytes is < (64UL << 20) or > (8UL << 40) || (RamBytes & PageSize.Mask) != 0))
            throw new ArgumentException($"RamBytes {RamBytes} is not a multiple of 4096 from 64 MiB to 8 TiB");
        if (Architecture != MachineArchitecture.X64 && Zones != null)
            throw new ArgumentException("Zones are those of a 64-bit machine: give a 32-bit one RamBytes");
        if (Architecture != MachineArchitecture.X64 && RamBytes > MaxRam)
            throw new ArgumentException($"RamBytes {RamBytes} is more than the {MaxRam} that a machine of architecture {Architecture} can address");
        if (Architecture == MachineArchitecture.X86 && Thp != ThpPolicy.Never)
            throw new ArgumentException($"Thp {Thp}: huge pages of 4 MiB, as a 32-bit machine without PAE has them, are not modelled; use Never");
        if (Cpus is < 1 or > 4096)
            throw new ArgumentException($"Cpus {Cpus} is not from 1 to 4096");
        if ((SwapBytes & PageSize.Mask) != 0 || SwapBytes > MaxSwapBytes)
            throw new ArgumentException($"SwapBytes {SwapBytes} is not a multiple of 4096 below 8 TiB");
        if (Swappiness is < 0 or > 200)
            throw new ArgumentException($"Swappiness {Swappiness} is not from 0 to 200");
        if (PageCluster is < 0 or > 10)
            throw new ArgumentException($"PageCluster {PageCluster} is not from 0 to 10");
        if (CompactionProactiveness is < 0 or > 100)
            throw new ArgumentException($"CompactionProactiveness {CompactionProactiveness} is not from 0 to 100");
        if (OvercommitRatio < 0)
            throw new ArgumentException($"OvercommitRatio {OvercommitRatio} is negative");
        Files.Validate();
        Tlb?.Validate();
    }
}
