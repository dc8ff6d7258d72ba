// fork(2) (kernel/fork.c dup_mmap, mm/memory.c copy_page_range, mm/huge_memory.c copy_huge_pmd, 6.18): the child gets the same
// areas and the same frames; both sides lose the right to write, so that the next store of either makes a copy. The child has not used its pages yet.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>A copy of this process, with counts of its own; null (ENOMEM) when frames run out or too much would be promised.</summary>
    public Process? Fork()
    {
        ThrowIfExited();
        _calls.Fork++;
        ulong charge = _areas.AccountedPages(0, _top);
        if (!TryCharge(charge))
            return FailFork(null, 0);
        Process? child = _machine.TryStart(_layout, _cgroup, this);
        if (child == null || !child._areas.TryCopy(_areas))
            return FailFork(child, charge);
        child.Maker = this;
        child.Task.InheritFrom(Task, Pid);
        (child._break, child._top) = (_break, _top);
        child._stackStart = _stackStart;
        _tlb.Flush();
        ForgetArea();
        for (int i = 0; i < child._areas.Count; i++)
        {
            ref Vma area = ref child._areas[i];
            area.Flags &= ~VmaFlags.Locked;
            if (area.AnonVma != null && !CopyEntriesTo(child, area.Start, area.End))
                return FailFork(child, 0);
        }

        child.Maker = null;
        child._peakResident = child._resident.Total;
        return child;
    }

    /// <summary>Whatever the child has goes; its areas give their charge back themselves, unless it has none yet.</summary>
    private Process? FailFork(Process? child, ulong charge)
    {
        _machine.Commit.Uncharge(charge);
        child?.Exit();
        _calls.Failed++;
        EndIfDoomed();
        return null;
    }

    private bool CopyEntriesTo(Process child, ulong start, ulong end)
    {
        for (ulong at = start; at < end;)
        {
            ulong next = Math.Min(end, (at | (PageTables.PmdBytes - 1)) + 1);
            ulong* pmd = _tables.FindPmd(at);
            if (!child._tables.EnsureUpperLike(_tables, at))
                return false;
            if (pmd == null)
                next = Math.Min(end, (at | ((1UL << PageTables.PudShift) - 1)) + 1);
            else if (*pmd != 0 && !((*pmd & Pte.Huge) != 0 ? ShareHugeLeaf(child, at, next, pmd) : ShareEntries(child, at, next, pmd)))
                return false;
            at = next;
        }

        return true;
    }

    private bool ShareHugeLeaf(Process child, ulong address, ulong end, ulong* pmd)
    {
        if ((*pmd & Pte.Special) == 0 && IsCached(Pte.Frame(*pmd)))
            return true;
        ulong* target = child._tables.EnsurePmd(address);
        if (target == null || !child._tables.DepositFor(address))
            return false;
        // Taking these tables may have made reclaim split the page, or drop it.
        if ((*pmd & Pte.Huge) == 0)
        {
            child._tables.GiveTable(child._tables.Withdraw(address));
            return *pmd == 0 || ShareEntries(child, address, end, pmd);
        }

        if ((*pmd & Pte.Special) != 0)
        {
            child._zeroPages += HugePages;
        }
        else
        {
            uint head = Pte.Frame(*pmd);
            _frames[head + 1].EntireMapCount++;
            _frames[head].Flags &= ~FrameFlags.Exclusive;
            child._resident.Anonymous += HugePages;
        }

        *pmd &= ~Pte.Writable;
        *target = *pmd & ~Pte.Accessed;
        return true;
    }

    private bool ShareEntries(Process child, ulong start, ulong end, ulong* pmd)
    {
        ulong* source = _tables.Table(*pmd) + PageTables.PteIndex(start);
        ulong* target = child._tables.EnsureEntry(start);
        if (target == null)
            return false;
        for (ulong i = 0; i < (end - start) >> PageSize.Shift; i++)
        {
            if (source[i] == 0)
                continue;
            if ((source[i] & Pte.Special) != 0)
                child._zeroPages++;
            else if (!Pte.IsSwap(source[i]))
                ShareFrame(child, source + i);
            else if (!ShareSlot(child, source + i))
                return false;
            target[i] = source[i] & ~Pte.Accessed;
        }

        return true;
    }

    private bool ShareSlot(Process child, ulong* entry)
    {
        if (!_machine.Swap.TryDuplicate(Pte.SwapSlot(*entry)))
            return false;
        *entry &= ~Pte.SwapExclusive;
        child._resident.Swapped++;
        return true;
    }

    private void ShareFrame(Process child, ulong* entry)
    {
        uint frame = Pte.Frame(*entry);
        _frames[frame].MapCount++;
        if (IsCached(frame))
        {
            child.AddCached(frame, 1);
            return;
        }

        _frames[frame].Flags &= ~FrameFlags.Exclusive;
        if (IsHugePiece(frame))
            _frames[HeadOf(frame) + 1].PieceMapCount++;
        *entry &= ~Pte.Writable;
        child._resident.Anonymous++;
    }
}
