// A process as memory management sees it: its areas, its page tables, its program break and its counts (struct mm_struct,
// include/linux/mm_types.h, 6.18).

namespace Faultline.Kernel;

/// <summary>
/// One simulated process. Its system calls are in the other files of this class, by subject. Not thread safe. After
/// <see cref="Exit"/> nothing is mapped and every access is a segmentation fault.
/// </summary>
public sealed unsafe partial class Process
{
    private readonly Machine _machine;
    private readonly AddressSpaceLayout _layout;
    private readonly VmaSet _areas = new();
    private readonly PageTables _tables;
    private readonly SoftwareTlb _tlb = new();
    private readonly Frame* _frames;
    private readonly VmStat _stat;
    private SystemCallCounts _calls;
    private ulong _break;

    internal Process(Machine machine, AddressSpaceLayout layout, int pid)
    {
        _machine = machine;
        _layout = layout;
        _stat = machine.Stat;
        _frames = machine.Frames.Frames;
        _tables = new PageTables(machine.Frames, machine.Tables);
        _break = layout.BrkStart.Value;
        Pid = pid;
    }

    public int Pid { get; }

    public bool HasExited { get; private set; }

    public Machine Machine => _machine;

    public AddressSpaceLayout Layout => _layout;

    public SystemCallCounts SystemCalls => _calls;

    /// <summary>Faults served from memory (ru_minflt).</summary>
    public ulong MinorFaults { get; private set; }

    /// <summary>Faults that had to wait for a device (ru_majflt): none until swap or files are modelled.</summary>
    public ulong MajorFaults { get; private set; }

    public ulong SegmentationFaults { get; private set; }

    /// <summary>Accesses that found no frame to back their page.</summary>
    public ulong UnbackedPages { get; private set; }

    /// <summary>Pages mapped, touched or not (VmSize, the VIRT column of top).</summary>
    public PageCount VirtualPages => new(_areas.TotalPages);

    /// <summary>Pages backed by frames (VmRSS, RES).</summary>
    public PageCount ResidentPages => new(_resident);

    /// <summary>The most there ever were (VmHWM).</summary>
    public PageCount PeakResidentPages => new(_peakResident);

    /// <summary>Pages that map the shared page of zeros.</summary>
    public PageCount ZeroPages => new(_zeroPages);

    /// <summary>Frames that hold page tables below the top level (VmPTE).</summary>
    public PageCount PageTablePages => new(HasExited ? 0 : _tables.LowerTables);

    private ulong _resident;
    private ulong _peakResident;
    private ulong _zeroPages;

    /// <summary>Ends the process: every frame goes back to the machine. Counters keep their last values.</summary>
    public void Exit()
    {
        if (HasExited)
            return;
        Zap(0, 1UL << 47);
        _tables.Destroy();
        Abandon();
        _machine.Remove(this);
    }

    internal void Abandon()
    {
        HasExited = true;
        _tlb.Flush();
        _areas.Clear();
        _areas.Dispose();
        ForgetArea();
    }

    private void ThrowIfExited()
    {
        if (HasExited)
            throw new InvalidOperationException($"process {Pid} has exited");
    }

    private SystemCallResult Fail(Errno error)
    {
        _calls.Failed++;
        return SystemCallResult.Failure(error);
    }
}
