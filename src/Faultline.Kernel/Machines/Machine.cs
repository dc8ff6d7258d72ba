namespace Faultline.Kernel;

/// <summary>
/// A simulated computer running Linux: physical memory, counters, and the processes on it. Not thread safe. Making one costs the
/// same whatever its size. Disposing it gives all of the model's memory back; afterwards its processes map nothing.
/// </summary>
public sealed unsafe partial class Machine : IDisposable
{
    private readonly List<Process> _processes = [];
    private readonly HardwareTlb[] _tlbs;
    private int _nextPid = 1;
    private TlbCounts _tlbOfExited;
    private bool _disposed;

    /// <summary>Throws <see cref="ArgumentException"/> for options out of range, <see cref="OutOfMemoryException"/> where the host refuses the address space.</summary>
    public Machine(MachineOptions options)
    {
        options.Validate();
        Options = options;
        bool is64Bit = options.Architecture == MachineArchitecture.X64;
        ZoneRange[] ranges = !is64Bit ? PhysicalLayout.For32Bit(options.RamBytes)
            : options.Zones is { } pages ? PhysicalLayout.ForManaged(pages) : PhysicalLayout.ForRam(options.RamBytes);
        Frames = new FrameAllocator(ranges, options.Cpus, options.Thp != ThpPolicy.Never, Stat);
        FoldedTables = is64Bit ? null : new FoldedTables(Frames.Frames, Frames.EndFrame);
        Lru = new Lru(Frames.Frames, Stat);
        Swap = new SwapArea(options.SwapBytes >> PageSize.Shift, options.SwapIsRotational, options.Cpus, Stat);
        SwapDevice = new SwapDevice(Frames.Frames, Stat, options.SwapTimes);
        Workingset = new Workingset(Frames.Frames, Lru, Stat);
        PartlyMapped = new DeferredSplitQueue(Frames.Frames);
        ReverseMap = new ReverseMap(this);
        Reclaimer = new Reclaimer(this);
        SwapReader = new SwapReader(this);
        Compactor = new Compactor(this);
        Kcompactd = new Kcompactd(this);
        Frames.Machine = this;
        Kernel = new KernelHalf(Frames, Tables, ranges.Max(range => range.End), is64Bit);
        Caches = new KernelCaches(Frames, Stat, options.Cpus);
        AnonVmas = new AnonVmas(this);
        Commit = new CommitCharge(this, Frames.ManagedPages);
        Log = new KernelLog(Clock);
        TimesOfExited = new ProcessorTimes(options.Cpus);
        _tlbs = options.Tlb == null ? [] : [.. Enumerable.Range(0, options.Cpus).Select(_ => new HardwareTlb(options.Tlb))];
        Oom = new OomKiller(this);
        Proc = new ProcFs(this);
        Files = new FileTable(this);
        FileMappings = new FileReverseMap(this);
        Cache = new PageCache(this);
    }

    /// <summary>The settings in force: those that it was made with, less what was written to /proc/sys since.</summary>
    public MachineOptions Options { get; internal set; }

    public MachineClock Clock { get; } = new();

    /// <summary>What dmesg prints.</summary>
    public KernelLog Log { get; }

    public OomKiller Oom { get; }

    /// <summary>/proc and /sys as a shell on this machine sees them.</summary>
    public ProcFs Proc { get; }

    public VmStat Stat { get; } = new();

    /// <summary>The files of the machine.</summary>
    public FileTable Files { get; }

    /// <summary>The number that the last process or thread got; 0 before the first.</summary>
    public int LastPid => _nextPid - 1;

    /// <summary>Physical memory that the kernel maps for itself, by leaves of 1 GiB (DirectMap1G).</summary>
    public PageCount DirectMappedPages => new((Frames.Zones[^1].Range.End + ((1UL << (30 - PageSize.Shift)) - 1)) & ~((1UL << (30 - PageSize.Shift)) - 1));

    /// <summary>What may be promised in all under <see cref="OvercommitPolicy.Never"/> (CommitLimit).</summary>
    public PageCount CommitLimit => new(Commit.Limit);

    /// <summary>Processes that have not exited, in the order of their start.</summary>
    public IReadOnlyList<Process> Processes => _processes;

    /// <summary>Frames that the allocator has to give: physical memory less what the kernel keeps for itself at boot (MemTotal).</summary>
    public PageCount ManagedPages => new(Frames.ManagedPages);

    /// <summary>Frames in the buddy system; those on per-CPU lists do not count (nr_free_pages).</summary>
    public PageCount FreePages => new(Frames.FreePages);

    /// <summary>Pages promised to private writable mappings (Committed_AS).</summary>
    public PageCount CommittedPages => new(Commit.Committed);

    public ulong MinFreeKbytes => Frames.MinFreeKbytes;

    /// <summary>The populated zones, lowest first, as they stand now.</summary>
    public IReadOnlyList<ZoneInfo> Zones
    {
        get
        {
            var zones = new List<ZoneInfo>();
            foreach (Zone zone in Frames.Zones)
                if (zone.IsPopulated)
                    zones.Add(ZoneInfo.Of(zone, Options.Cpus));
            return zones;
        }
    }

    /// <summary>What processes that have ended worked.</summary>
    internal ProcessorTimes TimesOfExited { get; }

    internal FrameAllocator Frames { get; }

    internal Lru Lru { get; }

    internal TablePool Tables { get; } = new();

    internal ProcessMemory.Pool ProcessMemory { get; } = new();

    internal KernelHalf Kernel { get; }

    /// <summary>What stands for the levels of page tables that the machine does not have; null where it has all four.</summary>
    internal FoldedTables? FoldedTables { get; }

    internal Compactor Compactor { get; }

    internal Kcompactd Kcompactd { get; }

    internal KernelCaches Caches { get; }

    internal CommitCharge Commit { get; }

    internal PageCache Cache { get; }

    internal FileReverseMap FileMappings { get; }

    internal FileAreaChanges FileAreas { get; } = new();

    internal AreaNames AreaNames { get; } = new();

    internal AnonVmas AnonVmas { get; }

    /// <summary>The 2 MiB page of zeros, or none: made at first use, kept from then on.</summary>
    internal uint HugeZeroFrame { get; private set; }

    /// <summary>Starts a process with nothing mapped. Throws <see cref="ArgumentException"/> for a malformed layout, <see cref="OutOfMemoryException"/> where no frame is left for its top-level table.</summary>
    public Process CreateProcess(AddressSpaceLayout layout, MemoryCgroup? cgroup = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        layout.Validate();
        if (Options.Architecture != MachineArchitecture.X64 && layout.Top > AddressSpaceLayout.Lowest32BitKernel)
            throw new ArgumentException($"a process of a 32-bit machine ends at 0x{AddressSpaceLayout.Lowest32BitKernel:x}, where the kernel begins, not at 0x{layout.Top:x}");
        return TryStart(layout, cgroup, null) ?? throw new OutOfMemoryException("the simulated machine has no frame left for a process");
    }

    /// <summary>Empties the processors' page lists into the buddy system, so that <see cref="FreePages"/> counts all that is free.</summary>
    public void DrainPerCpuLists()
    {
        foreach (Zone zone in Frames.Zones)
            zone.DrainPerCpu();
    }

    /// <summary>What translating the accesses of all processes took, exited ones included; zeros where it is not modelled.</summary>
    public TlbCounts Tlb => _processes.Aggregate(_tlbOfExited, (sum, process) => sum + process.Tlb);

    /// <summary>Gives back the slabs that no kernel object is in, which caches keep for the next ones (kmem_cache_shrink of every cache). Answers the pages freed.</summary>
    public PageCount ShrinkCaches() => new(Caches.Shrink(0));

    /// <summary>Moves pages together until every zone was gone through (echo 1 &gt; /proc/sys/vm/compact_memory).</summary>
    public void CompactMemory() => Compactor.CompactAll();

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (Process process in _processes)
        {
            process.Abandon();
            process.DisposeMemory();
        }

        _processes.Clear();
        Caches.Dispose();
        ProcessMemory.Dispose();
        Tables.Dispose();
        Files.Dispose();
        Swap.Dispose();
        Frames.Dispose();
    }

    internal Process? TryStart(AddressSpaceLayout layout, MemoryCgroup? cgroup, Process? parent)
    {
        int cpu = (_nextPid - 1) % Options.Cpus;
        TaskObjects? objects = TaskObjects.TryTake(this, cpu, parent);
        if (objects == null)
            return null;
        uint top = Frames.AllocatePage(cpu, Migratetype.Unmovable, parent);
        if (top == FrameAllocator.None)
        {
            objects.Give();
            return null;
        }

        var process = new Process(this, layout, _nextPid++, cpu, top, objects, cgroup);
        Enter(process, parent == null ? null : FamilyOf((uint)parent.Pid));
        cgroup?.Add(process);
        process.Task.StartTime = Clock.Now;
        _processes.Add(process);
        if (process.PageTables.Preallocate())
            return process;
        process.Exit();
        return null;
    }

    /// <summary>A process's use of its processor's translation buffers; null where they are not modelled.</summary>
    internal ProcessTlb? TlbFor(int cpu, int pid)
    {
        int levels = Options.Architecture switch
        {
            MachineArchitecture.X86 => 2,
            MachineArchitecture.X86Pae => 3,
            _ => 4,
        };
        return _tlbs.Length == 0 ? null : new ProcessTlb(_tlbs[cpu], pid, levels);
    }

    internal void Remove(Process process)
    {
        _processes.Remove(process);
        _tlbOfExited += process.Tlb;
        TimesOfExited.Add(process);
        process.Cgroup?.Remove(process);
        Leave(process);
    }

    /// <summary>The 2 MiB page of zeros, made if need be; none when no block that large is left.</summary>
    internal uint EnsureHugeZeroFrame(int cpu)
    {
        if (HugeZeroFrame != FrameAllocator.None)
            return HugeZeroFrame;
        HugeZeroFrame = Frames.Allocate(cpu, Migratetypes.PageblockOrder, Migratetype.Movable, AllocationFlags.NoRetry);
        Stat[HugeZeroFrame != FrameAllocator.None ? VmEvent.thp_zero_page_alloc : VmEvent.thp_zero_page_alloc_failed]++;
        return HugeZeroFrame;
    }
}
