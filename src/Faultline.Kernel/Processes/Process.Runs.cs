// Faults on, and unmapping of, many pages of one's own in a row: what the way for one page does for each of them, in one go over entries,
// frames and lists. Linux serves page by page (mm/memory.c do_anonymous_page, zap_present_ptes); counts and the order of every list
// come out the same. Only for what most memory is: single pages of no cgroup, not locked, from and for the processor's own list.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private const FrameFlags OwnPage = FrameFlags.Allocated | FrameFlags.Anonymous | FrameFlags.SwapBacked | FrameFlags.Exclusive;

    /// <summary>What may differ between pages that are unmapped in one go.</summary>
    private const FrameFlags OfNoMatterUnmapped = FrameFlags.Exclusive | FrameFlags.Referenced | FrameFlags.Dirty | FrameFlags.Workingset;

    /// <summary>
    /// Gives frames of zeros to absent pages of the selected area, one after the other, as long as the processor has some at hand; answers
    /// how many, 0 where the long way is to be gone. The area has its reverse map. The caller counts faults and residents.
    /// </summary>
    private int FillFromList(ulong page, ulong* entry, int count)
    {
        if (_cgroup != null || (_areaFlags & VmaFlags.Locked) != 0)
            return 0;
        PerCpuLists* lists = _allocator.ListsAtHand(_cpu);
        if (lists == null)
            return 0;
        const int List = (int)Migratetype.Movable;
        uint first = lists->Head[List];
        (uint pfn, uint older) = (first, _vector.First(LruList.InactiveAnon));
        ulong index = page >> PageSize.Shift;
        ulong leaf = _areaLeaf | Pte.Writable | Pte.Dirty;
        int served = 0;
        for (; pfn != 0 && served < count && entry[served] == 0; served++)
        {
            uint next = _frames[pfn].Next;
            _frames[pfn].SetListedPage(older, next, OwnPage | FrameFlags.Lru, (uint)Pid, index + (uint)served);
            entry[served] = Pte.Make(pfn, leaf);
            (older, pfn) = (pfn, next);
        }

        if (served == 0)
            return 0;
        lists->NoteTaken(_frames, List, pfn, served);
        _allocator.NoteTaken((ulong)served);
        _vector.NoteAdded(LruList.InactiveAnon, first, older, served);
        _stat[VmEvent.nr_anon_pages] += (ulong)served;
        return served;
    }

    /// <summary>A store to an absent page whose table exists; false where the long way is to be gone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFillOne(ulong page, ulong* entry)
    {
        if (*entry != 0 || !SelectArea(page) || _areaFile != null || (_areaFlags & VmaFlags.Write) == 0)
            return false;
        if (!PrepareReverseMap() || FillFromList(page, entry, 1) == 0)
            return false;
        AddAnonymous(1);
        CountMinorFault();
        return true;
    }

    /// <summary>
    /// Unmaps pages that only this process maps, one after the other, as long as the processor's list has room for their frames;
    /// answers how many, 0 where the long way is to be gone.
    /// </summary>
    private int ZapRun(ulong* entry, ulong* end)
    {
        PerCpuLists* lists = _allocator.ListsFor(_cpu, out int room);
        FrameFlags wanted = _frames[Pte.Frame(*entry)].Flags & ~OfNoMatterUnmapped;
        if (_cgroup != null || (wanted & ~FrameFlags.Active) != ((OwnPage | FrameFlags.Lru) & ~OfNoMatterUnmapped))
            return 0;
        var run = new UnmappedRun { Vector = _lru.Root, List = Lruvec.ListOf(wanted) };
        const int List = (int)Migratetype.Movable;
        uint newer = lists->Head[List];
        uint oldest = Pte.Frame(*entry);
        int count = 0;
        for (; entry < end && count < room && (*entry & (Pte.Present | Pte.Special)) == Pte.Present; count++)
        {
            uint pfn = Pte.Frame(*entry);
            ref Frame frame = ref _frames[pfn];
            if (frame.MapCount != 1 || (frame.Flags & ~OfNoMatterUnmapped) != wanted || !frame.IsSingleOfNoGroup || !_allocator.IsMovableOfPreferred(pfn))
                break;
            run.Take(ref frame, pfn);
            frame.SetBlock(FrameFlags.PerCpu, newer, 0, 0);
            if (count != 0)
                _frames[newer].Previous = pfn;
            newer = pfn;
            *entry++ = 0;
        }

        if (count == 0)
            return 0;
        run.Unlink();
        lists->NoteAdded(_frames, List, newer, oldest, count);
        _lru.Root.NoteRemoved(run.List, count);
        _stat[VmEvent.pgfree] += (ulong)count;
        _stat[VmEvent.nr_anon_pages] -= (ulong)count;
        _resident.Anonymous -= (ulong)count;
        return count;
    }

    /// <summary>Pages that stand behind one another on an LRU list, the next one always before the last: they are taken off together.</summary>
    private ref struct UnmappedRun
    {
        public Lruvec Vector;
        public LruList List;
        private uint _newest;
        private uint _before;
        private uint _behind;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Take(ref Frame frame, uint pfn)
        {
            if (_newest == 0 || frame.Next != _newest)
            {
                Unlink();
                _behind = frame.Next;
            }

            _newest = pfn;
            _before = frame.Previous;
        }

        public void Unlink()
        {
            if (_newest != 0)
                Vector.Unlink(List, _before, _behind);
            _newest = 0;
        }
    }
}
