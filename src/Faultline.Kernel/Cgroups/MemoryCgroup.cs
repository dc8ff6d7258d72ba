// A memory cgroup (mm/memcontrol.c, mm/memcontrol-v1.c, mm/page_counter.c, 6.18): what a container's memory limit is. Each page
// is charged to the cgroup of the process that first needed it. At the limit the cgroup reclaims from its own lists, and when
// nothing is left to reclaim one of its processes is killed.

namespace Faultline.Kernel;

/// <summary>A group of processes with a limit on their memory. Groups are not nested.</summary>
public sealed partial class MemoryCgroup
{
    /// <summary>Charges are taken ahead in such batches, as long as the limit leaves room (MEMCG_CHARGE_BATCH).</summary>
    private const ulong ChargeBatch = 64;
    private const int MaxRetries = 16;

    private readonly Machine _machine;
    private readonly List<Process> _members = [];
    private ulong _stock;
    private ulong _faultsOfExited;
    private ulong _majorFaultsOfExited;

    internal MemoryCgroup(Machine machine, string name, ulong limitPages, Lruvec vector)
    {
        _machine = machine;
        Name = name;
        LimitPages = limitPages;
        Vector = vector;
    }

    public string Name { get; }

    /// <summary>Its place under the root of the hierarchy, as the kernel log prints it.</summary>
    internal string Path => "/" + Name;

    /// <summary>memory.limit_in_bytes, memory.max.</summary>
    public ulong LimitPages { get; private set; }

    public ByteCount Limit => new PageCount(LimitPages).Bytes;

    /// <summary>What is charged: anonymous memory, page cache and page tables, and what was taken ahead (memory.usage_in_bytes, memory.current).</summary>
    public PageCount Usage { get; private set; }

    /// <summary>memory.max_usage_in_bytes, memory.peak.</summary>
    public PageCount MaxUsage { get; private set; }

    /// <summary>How often a charge did not fit (memory.failcnt).</summary>
    public ulong FailCount { get; private set; }

    /// <summary>How often one of its processes was killed for want of memory (memory.events oom_kill).</summary>
    public ulong OomKills { get; private set; }

    /// <summary>How often it had to reclaim because a charge did not fit (memory.events max).</summary>
    public ulong MaxEvents { get; private set; }

    /// <summary>How often reclaim found nothing more (memory.events oom).</summary>
    public ulong OomEvents { get; private set; }

    /// <summary>Slots of swap that its pages have (memory.swap.current).</summary>
    public PageCount SwapUsage => new(_machine.Swap.UsedBy(Number));

    /// <summary>Faults of its processes, those that have exited too (memory.stat pgfault).</summary>
    public ulong Faults => _members.Aggregate(_faultsOfExited, (sum, process) => sum + process.MinorFaults + process.MajorFaults);

    /// <summary>The same, of those that had to wait for a device (pgmajfault).</summary>
    public ulong MajorFaults => _members.Aggregate(_majorFaultsOfExited, (sum, process) => sum + process.MajorFaults);

    internal Machine Machine => _machine;

    /// <summary>Page tables of its processes (memory.kmem.usage_in_bytes, as far as it is modelled).</summary>
    public PageCount KernelPages { get; private set; }

    /// <summary>Processes that have not exited, in the order in which they came.</summary>
    public IReadOnlyList<Process> Members => _members;

    internal Lruvec Vector { get; }

    internal ushort Number => Vector.Cgroup;

    /// <summary>
    /// Sets another limit. Below what is used, as much as possible is reclaimed first; false (EBUSY), with the old limit in force,
    /// where that is not enough.
    /// </summary>
    public bool TrySetLimit(ulong bytes)
    {
        ulong pages = bytes >> PageSize.Shift;
        DrainStock();
        for (int retries = MaxRetries; Usage.Value > pages; retries--)
        {
            ulong freed = Reclaim(Usage.Value - pages);
            if (freed == 0 && retries <= 0)
                return false;
        }

        LimitPages = pages;
        return true;
    }

    internal void Add(Process process) => _members.Add(process);

    internal void Remove(Process process)
    {
        _members.Remove(process);
        _faultsOfExited += process.MinorFaults + process.MajorFaults;
        _majorFaultsOfExited += process.MajorFaults;
    }

    /// <summary>Charges pages (try_charge_memcg). False where they do not fit, nothing can be reclaimed and nobody else killed.</summary>
    internal bool TryCharge(ulong pages, Process requester)
    {
        if (_stock >= pages)
        {
            _stock -= pages;
            return true;
        }

        ulong batch = Math.Max(ChargeBatch, pages);
        bool drained = false;
        for (int retries = MaxRetries; ;)
        {
            if (TryCount(batch))
            {
                _stock += batch - pages;
                return true;
            }

            FailCount++;
            if (batch > pages)
            {
                batch = pages;
                continue;
            }

            MaxEvents++;
            ulong freed = Reclaim(pages);
            if (Usage.Value + pages <= LimitPages)
                continue;
            if (!drained)
            {
                drained = true;
                DrainStock();
                continue;
            }

            if (freed != 0 || retries-- > 0)
                continue;
            // Who is to die already gets nothing more, and says so once.
            if (requester.IsDoomed)
                return false;
            OomEvents++;
            int kills = _machine.Oom.Kills.Count;
            bool freedByKill = _machine.OutOfMemory(OomConstraint.MemoryCgroup, 0, requester, this);
            OomKills += (ulong)(_machine.Oom.Kills.Count - kills);
            if (!freedByKill || requester.IsDoomed)
                return false;
            retries = MaxRetries;
        }
    }

    internal void Uncharge(ulong pages) => Usage = new(Usage.Value - pages);

    /// <summary>Throws <see cref="InvalidOperationException"/> unless so many pages of memory, those of page tables and those taken ahead are what is counted.</summary>
    internal void CheckInvariants(ulong charged)
    {
        if (charged + KernelPages.Value + _stock != Usage.Value || Usage.Value > MaxUsage.Value)
            throw new InvalidOperationException($"cgroup {Name}: {charged} pages + {KernelPages.Value} of page tables + {_stock} taken ahead are charged, {Usage.Value} are counted, {MaxUsage.Value} at most");
    }

    internal void AddKernelPages(long pages) => KernelPages = new(KernelPages.Value + (ulong)pages);

    private bool TryCount(ulong pages)
    {
        if (Usage.Value + pages > LimitPages)
            return false;
        Usage = new(Usage.Value + pages);
        if (Usage.Value > MaxUsage.Value)
            MaxUsage = Usage;
        return true;
    }

    private void DrainStock()
    {
        Uncharge(_stock);
        _stock = 0;
    }

    private ulong Reclaim(ulong pages) => _machine.Reclaimer.TryToFreePages(new ScanControl { Group = this, Wanted = Math.Max(pages, ScanControl.Batch) });
}
