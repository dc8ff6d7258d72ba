namespace Faultline.Kernel;

/// <summary>
/// A simulated computer running Linux: physical memory, counters, and the processes on it. Not thread safe. Disposing it gives
/// all of the model's memory back; its processes must not be used afterwards.
/// </summary>
public sealed class Machine : IDisposable
{
    private readonly List<Process> _processes = [];
    private int _nextPid = 1;

    public Machine(MachineOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RamBytes, 64UL << 20, nameof(options.RamBytes));
        Options = options;
        Frames = new FrameAllocator(options.RamBytes);
        ZeroFrame = Frames.Allocate();
    }

    public MachineOptions Options { get; }

    public VmStat Stat { get; } = new();

    public IReadOnlyList<Process> Processes => _processes;

    /// <summary>Frames that the allocator has to give: physical memory less what the kernel keeps for itself at boot.</summary>
    public PageCount ManagedPages => new(Frames.ManagedPages);

    public PageCount FreePages => new(Frames.FreePages);

    internal FrameAllocator Frames { get; }

    internal TablePool Tables { get; } = new();

    /// <summary>The frame of zeros that every page read before its first write maps.</summary>
    internal uint ZeroFrame { get; }

    /// <summary>The last reverse map handed out; areas of different ones do not merge.</summary>
    internal uint LastAnonymousRoot { get; set; }

    /// <summary>Heuristic overcommit (mm/util.c __vm_enough_memory): only a single request larger than all memory is refused.</summary>
    internal bool MayCommit(ulong pages) => pages <= Frames.ManagedPages;

    /// <summary>Starts a process with nothing mapped. Throws <see cref="ArgumentException"/> for a malformed layout.</summary>
    public Process CreateProcess(AddressSpaceLayout layout)
    {
        layout.Validate();
        var process = new Process(this, layout, _nextPid++);
        _processes.Add(process);
        return process;
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
            process.Abandon();
        _processes.Clear();
        Tables.Dispose();
        Frames.Dispose();
    }

    internal void Remove(Process process) => _processes.Remove(process);
}
