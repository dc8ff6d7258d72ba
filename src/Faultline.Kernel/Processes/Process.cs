// A process as memory management sees it: its areas, its page tables, its program break and its counts (struct mm_struct,
// include/linux/mm_types.h, 6.18).

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>
/// One simulated process. Its system calls and its faults are in the other files of this class, by subject. Not thread safe.
/// After <see cref="Exit"/> nothing is mapped: every access is a segmentation fault, and a system call throws
/// <see cref="InvalidOperationException"/>.
/// </summary>
public sealed unsafe partial class Process
{
    private readonly Machine _machine;
    private readonly FrameAllocator _allocator;
    private readonly Lru _lru;
    private readonly Lruvec _vector;
    private readonly MemoryCgroup? _cgroup;
    private AddressSpaceLayout _layout;
    private readonly ProcessMemory _memory;
    private readonly VmaSet _areas;
    private readonly TaskObjects _objects;
    private readonly PageTables _tables;
    private SoftwareTlb _tlb;
    private readonly Frame* _frames;
    private readonly VmStat _stat;
    private readonly int _cpu;
    private SystemCallCounts _calls;
    private ulong _break;
    private ulong _top;
    private ulong _peakResident;
    private ulong _zeroPages;

    internal Process(Machine machine, AddressSpaceLayout layout, int pid, int cpu, uint topTable, TaskObjects objects, MemoryCgroup? cgroup)
    {
        _machine = machine;
        _allocator = machine.Frames;
        _lru = machine.Lru;
        _cgroup = cgroup;
        _vector = cgroup?.Vector ?? machine.Lru.Root;
        _layout = layout;
        _stat = machine.Stat;
        _frames = machine.Frames.Frames;
        _cpu = cpu;
        _objects = objects;
        _memory = machine.ProcessMemory.Take();
        _tlb = new SoftwareTlb(machine.TlbFor(cpu, pid), _memory.Translations);
        _areas = new VmaSet(machine.FileAreas, machine.Caches.VmAreaStruct, machine.AnonVmas, cpu, _memory.Areas);
        _tables = new PageTables(machine, this, topTable);
        _break = layout.BrkStart.Value;
        _top = layout.Top;
        Pid = pid;
    }

    public int Pid { get; }

    /// <summary>Its name, owner, times and OOM adjustment.</summary>
    public TaskInfo Task { get; } = new();

    /// <summary>The processor it runs on, from 0: whose page lists its faults take frames from.</summary>
    public int Cpu => _cpu;

    /// <summary>The memory cgroup it is in; null: none.</summary>
    public MemoryCgroup? Cgroup => _cgroup;

    public bool HasExited { get; private set; }

    /// <summary>Chosen to be killed in the middle of a request of its own: it gets no more memory and ends when the request does.</summary>
    internal bool IsDoomed { get; set; }

    /// <summary>The process whose fork is not done with this one yet: it cannot be killed, and what it asks for its maker asks for. Null once it runs.</summary>
    internal Process? Maker { get; set; }

    public Machine Machine => _machine;

    public AddressSpaceLayout Layout => _layout;

    public SystemCallCounts SystemCalls => _calls;

    /// <summary>Faults served from memory (ru_minflt).</summary>
    public ulong MinorFaults { get; private set; }

    /// <summary>Faults that had to wait for a device (ru_majflt).</summary>
    public ulong MajorFaults { get; private set; }

    public ulong SegmentationFaults { get; private set; }

    /// <summary>Accesses to pages of a mapping that lie past the end of its file (SIGBUS).</summary>
    public ulong BusErrors { get; private set; }

    /// <summary>Accesses that found no frame to back their page.</summary>
    public ulong UnbackedPages { get; private set; }

    /// <summary>Pages mapped, touched or not (VmSize, the VIRT column of top).</summary>
    public PageCount VirtualPages => new(_areas.TotalPages);

    /// <summary>Pages backed by frames (VmRSS, the RES column of top).</summary>
    public PageCount ResidentPages => new(_resident.Total);

    /// <summary>The same by kind, and what lies in swap (RssAnon, RssFile, RssShmem and VmSwap of /proc/PID/status).</summary>
    public ResidentCounts Resident => _resident;

    /// <summary>The most there ever were (VmHWM).</summary>
    public PageCount PeakResidentPages => new(_peakResident);

    /// <summary>Pages that map the shared page of zeros.</summary>
    public PageCount ZeroPages => new(_zeroPages);

    /// <summary>Frames that hold page tables below the top level (VmPTE).</summary>
    public PageCount PageTablePages => new(_tables.LowerTables);

    /// <summary>Areas that /proc/PID/maps would list.</summary>
    public int MapCount => _areas.Count;

    /// <summary>The frame that an address translates to, or <see cref="Pfn.None"/>; kernel addresses too.</summary>
    public Pfn FrameOf(VirtualAddress address)
    {
        uint frame = HasExited ? FrameAllocator.None : _tables.Translate(address.Value);
        return frame == FrameAllocator.None ? Pfn.None : new Pfn(frame);
    }

    /// <summary>Ends the process: every frame goes back to the machine. Counters keep their last values, but for pages mapped now.</summary>
    public void Exit()
    {
        if (HasExited)
            return;
        _machine.Commit.Uncharge(_areas.AccountedPages(0, _top));
        UnlockLeaving(0, _top);
        for (int i = 0; i < _areas.Count; i++)
            Zap(_areas[i].Start, _areas[i].End, reclaimTables: false);
        _tables.Destroy();
        NoteUnmapping(0, _top);
        _areas.Clear();
        EndThreads();
        _objects.Give();
        Abandon();
        _machine.ProcessMemory.Give(_memory, _areas.PeakCount);
        _machine.Remove(this);
        ReleaseUnmapped();
    }

    /// <summary>Forgets everything without giving frames back one by one: the machine is going.</summary>
    internal void Abandon()
    {
        HasExited = true;
        _top = 0;
        _tlb.Flush();
        _tlb = SoftwareTlb.OfNobody(_tlb.Hardware);
        _areas.Abandon();
        ForgetArea();
    }

    /// <summary>After <see cref="Abandon"/>, where no other process is to have its memory.</summary>
    internal void DisposeMemory() => _memory.Dispose();

    internal PageTables PageTables => _tables;

    internal VmaSet Areas => _areas;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfExited()
    {
        if (HasExited)
            ThrowExited();
    }

    private void ThrowExited() => throw new InvalidOperationException($"process {Pid} has exited");

    private SystemCallResult Fail(Errno error)
    {
        _calls.Failed++;
        return SystemCallResult.Failure(error);
    }
}
