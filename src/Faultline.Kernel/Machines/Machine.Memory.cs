// Frames for what processes hold, charged to their memory cgroup, and giving them back (mm/memory.c folio_prealloc,
// mm/swap.c folio_put, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Machine
{
    private static readonly List<Process> s_nobody = [];

    /// <summary>By process number: the process, null once it has exited, and those related to it by fork.</summary>
    private readonly List<(Process? Process, List<Process> Family)> _byPid = [(null, s_nobody)];
    private readonly List<MemoryCgroup?> _cgroups = [null];

    /// <summary>Memory cgroups, in the order of their making.</summary>
    public IEnumerable<MemoryCgroup> Cgroups => _cgroups.Skip(1).Select(group => group!);

    internal SwapArea Swap { get; }

    internal SwapDevice SwapDevice { get; }

    internal SwapReader SwapReader { get; }

    internal ReverseMap ReverseMap { get; }

    internal Workingset Workingset { get; }

    internal Reclaimer Reclaimer { get; }

    /// <summary>First frames of huge pages of which parts are no longer mapped.</summary>
    internal DeferredSplitQueue PartlyMapped { get; }

    /// <summary>Nanoseconds since the start that processors worked for reclaim and swap, and that processes waited for the swap device. The clock has them only where somebody lets it run.</summary>
    public (ulong Working, ulong Waiting) ReclaimTime => (SwapDevice.Worked, SwapDevice.Waited);

    /// <summary>Lets time pass in which the kernel worked for a process, and in which that waited for a device. Nanoseconds.</summary>
    public void PassKernelTime(Process process, ulong working, ulong waiting)
    {
        Clock.RunKernel(process.Task, working, waiting, Options.Cpus);
        if (process.HasExited)
            TimesOfExited.AddSystem(process.Cpu, working);
    }

    /// <summary>Pages of swap that are free (SwapFree).</summary>
    public PageCount SwapFree => new(Swap.Free);

    /// <summary>SwapTotal.</summary>
    public PageCount SwapTotal => new(Swap.Pages);

    /// <summary>Makes a memory cgroup. Its limit in bytes is rounded down to pages. Throws <see cref="ArgumentException"/> for a name that exists or past 65,535 of them.</summary>
    public MemoryCgroup CreateCgroup(string name, ulong limitBytes)
    {
        if (_cgroups.Any(group => group?.Name == name))
            throw new ArgumentException($"memory cgroup {name} exists already", nameof(name));
        if (_cgroups.Count > ushort.MaxValue)
            throw new ArgumentException($"there are {ushort.MaxValue} memory cgroups already", nameof(name));
        var group = new MemoryCgroup(this, name, limitBytes >> PageSize.Shift, Lru.AddVector());
        _cgroups.Add(group);
        return group;
    }

    internal MemoryCgroup? CgroupOf(ushort number) => _cgroups[number];

    internal Process? ProcessOf(uint pid) => _byPid[(int)pid].Process;

    internal List<Process> FamilyOf(uint pid) => _byPid[(int)pid].Family;

    /// <summary>A page for a process, charged to a cgroup; none where there is no frame or the limit forbids it.</summary>
    internal uint AllocatePage(Process requester, MemoryCgroup? group, Migratetype type)
    {
        uint pfn = Frames.AllocatePage(requester.Cpu, type, requester);
        if (pfn == FrameAllocator.None || group == null)
            return pfn;
        if (group.TryCharge(1, requester))
        {
            Frames.Frames[pfn].Cgroup = group.Number;
            return pfn;
        }

        Frames.Free(requester.Cpu, pfn, 0);
        return FrameAllocator.None;
    }

    /// <summary>Gives a page back that nobody maps and no cache holds.</summary>
    internal void FreePage(int cpu, uint pfn)
    {
        ref Frame frame = ref Frames.Frames[pfn];
        Lru.Remove(pfn);
        ReverseMap.Forget(pfn);
        if (frame.Cgroup != 0)
            _cgroups[frame.Cgroup]!.Uncharge(1UL << frame.Order);
        Frames.Free(cpu, pfn, frame.Order);
    }

    /// <summary>The last entry that mapped an anonymous page is gone: its slot of swap and its frame go too, unless other processes have it in swap.</summary>
    internal void FreeAnonymous(int cpu, uint pfn)
    {
        ref Frame frame = ref Frames.Frames[pfn];
        if ((frame.Flags & FrameFlags.Writeback) != 0)
            Reclaimer.FinishWrites();
        if ((frame.Flags & FrameFlags.SwapCache) != 0)
        {
            if (Swap[frame.Private].Count != 0)
                return;
            Swap.DropCache(frame.Private, 0);
            frame.Flags &= ~FrameFlags.SwapCache;
        }

        FreePage(cpu, pfn);
    }

    /// <summary>A page-table entry that named a slot is gone; with the last one goes what memory still holds of it.</summary>
    internal void FreeSwapEntry(int cpu, uint slot)
    {
        uint pfn = Swap[slot].Cache;
        Swap.Put(slot);
        if (pfn != FrameAllocator.None && Swap[slot].Count == 0 && Frames.Frames[pfn].MapCount == 0)
            FreeAnonymous(cpu, pfn);
    }

    private void Enter(Process process, List<Process>? family)
    {
        family ??= [];
        family.Add(process);
        _byPid.Add((process, family));
    }

    /// <summary>The next number, for a thread that is no process's first: no page belongs to it.</summary>
    internal int TakeThreadNumber()
    {
        _byPid.Add((null, s_nobody));
        return _nextPid++;
    }

    private void Leave(Process process)
    {
        List<Process> family = FamilyOf((uint)process.Pid);
        family.Remove(process);
        _byPid[process.Pid] = (null, family);
    }
}
