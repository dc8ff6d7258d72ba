using Faultline.Kernel;

namespace Faultline.Tracing.Replay;

// Simulated accesses, and who pays for the faults that they take. The sum over the sites and AllocatorFaults is always the
// process's minor faults.

/// <summary>A simulated process whose page faults are charged to the sites whose blocks lie on the pages.</summary>
internal sealed class ChargedProcess(Process process, PageOwners owners, SiteTally sites)
{
    private ulong _highestBreak = process.CurrentBreak.Value;

    public Process Process { get; } = process;

    public PageOwners Owners { get; } = owners;

    /// <summary>Faults on pages that no block has been placed on: the allocator's own headers.</summary>
    public ulong AllocatorFaults { get; private set; }

    /// <summary>Where the lowest mapping ever made starts.</summary>
    public ulong LowestMapping { get; private set; } = owners.End;

    public void Access(ulong address, AccessKind kind)
    {
        ulong before = Process.MinorFaults;
        Process.Access(new(address), kind);
        if (Process.MinorFaults != before)
            Charge(address, Process.MinorFaults - before);
    }

    /// <summary>Runs of pages of one owner are accessed together; what lies outside of the address space is cut off.</summary>
    public void AccessRange(ulong start, ulong length, AccessKind kind)
    {
        ulong end = length > Owners.End - start ? Owners.End : start + length;
        for (ulong from = start; from < end;)
        {
            uint owner = Owners.OwnerAt(from);
            ulong stop = PageSize.Down(from) + PageSize.Bytes;
            while (owner != 0 && stop < end && Owners.OwnerAt(stop) == owner)
                stop += PageSize.Bytes;
            ulong before = Process.MinorFaults;
            Process.AccessRange(new(from), Math.Min(stop, end) - from, kind);
            if (Process.MinorFaults != before)
                Charge(from, Process.MinorFaults - before);
            from = stop;
        }
    }

    /// <summary>A block was handed out: from now on its site pays for those of its pages that had no owner, also for earlier faults on them.</summary>
    public void Place(ulong start, ulong end, int owner)
    {
        for (ulong page = PageSize.Down(start); page < end; page += PageSize.Bytes)
        {
            uint pending = Owners.Own(page, owner);
            sites.CountFaults(owner, pending);
            AllocatorFaults -= pending;
        }
    }

    /// <summary>A block that is a mapping of its own, or a mapping of the program, was handed out or resized: its site pays for all of it from now on.</summary>
    public void PlaceMapping(ulong start, ulong end, int owner)
    {
        for (ulong page = start; page < end; page += PageSize.Bytes)
        {
            uint pending = Owners.Reown(page, owner);
            sites.CountFaults(owner, pending);
            AllocatorFaults -= pending;
        }
    }

    /// <summary>A block of the heap on [start, end) is about to be freed: its pages that were never touched are free for the next block to be charged for.</summary>
    public void ReleaseUntouched(ulong start, ulong end)
    {
        // On a machine that has run out, touched pages may be absent too.
        if (Process.UnbackedPages != 0)
            return;
        for (ulong page = PageSize.Down(start); page < end; page += PageSize.Bytes)
            if (Process.StateOf(new(page)) == PageState.Absent)
                Owners.Drop(page, page + PageSize.Bytes);
    }

    /// <summary>madvise(2) by the program: what it brings in is paid for by the first page's owner; what it drops keeps its owners.</summary>
    public void Advise(ulong start, ulong length, Advice advice)
    {
        ulong before = Process.MinorFaults;
        SystemCallResult result = Process.Madvise(new(start), length, advice);
        if (Process.MinorFaults != before)
            Charge(start, Process.MinorFaults - before);
        if (advice == Advice.DontNeed && result.Error is Errno.None or Errno.ENOMEM)
            Owners.Empty(start, PageSize.Up(start + length));
    }

    /// <summary>A mapping came into being: what was known of its pages is of an earlier one.</summary>
    public void Mapped(ulong start, ulong length)
    {
        Owners.Drop(start, PageSize.Up(start + length));
        LowestMapping = Math.Min(LowestMapping, start);
    }

    public void BreakMoved(ulong from, ulong to)
    {
        Owners.Drop(PageSize.Up(to), PageSize.Up(from));
        _highestBreak = Math.Max(_highestBreak, to);
    }

    /// <summary>Counts each site's resident pages anew.</summary>
    public void CountResidentPages()
    {
        CountResidentPages(Owners.Start, PageSize.Up(_highestBreak));
        CountResidentPages(Math.Max(LowestMapping, PageSize.Up(_highestBreak)), Owners.End);
    }

    public bool IsResident(ulong page) => Process.StateOf(new(page)) is PageState.Private or PageState.PrivateHuge;

    private void CountResidentPages(ulong start, ulong end)
    {
        for (ulong page = start; page < end; page += PageSize.Bytes)
        {
            uint owner = Owners.OwnerAt(page);
            if (owner != 0 && IsResident(page))
                sites.CountResidentPage((int)owner - 1);
        }
    }

    private void Charge(ulong address, ulong faults)
    {
        uint owner = Owners.OwnerAt(address);
        if (owner != 0)
        {
            sites.CountFaults((int)owner - 1, faults);
            return;
        }

        Owners.AddPending(address, faults);
        AllocatorFaults += faults;
    }
}
