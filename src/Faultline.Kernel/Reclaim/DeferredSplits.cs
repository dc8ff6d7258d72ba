// Taking huge pages apart (mm/huge_memory.c split_huge_page_to_list_to_order, deferred_split_scan, 6.18). When memory is short,
// huge pages of which parts were unmapped are split, and those parts are free at last. A swap file takes no huge pages, so one
// that is to be swapped out is split as well.

namespace Faultline.Kernel;

internal sealed unsafe class DeferredSplits(Machine machine) : Shrinker
{
    public override ulong Count() => machine.PartlyMapped.Count;

    public override ulong Scan(ulong objects)
    {
        ulong freed = 0;
        for (; objects > 0 && machine.PartlyMapped.Count != 0; objects--)
        {
            uint head = machine.PartlyMapped.First;
            ulong before = machine.Frames.FreedPages;
            machine.Lru.Remove(head);
            machine.Reclaimer.Split(head);
            if (machine.Frames.Frames[head].MapCount == 0)
                machine.FreePage(0, head);
            else
                machine.Lru.Add(head);
            freed += machine.Frames.FreedPages - before;
        }

        return freed;
    }
}

internal sealed unsafe partial class Reclaimer
{
    /// <summary>
    /// A huge page, taken off its list, becomes 512 pages: those that are mapped go to the tail of the list, where they are looked at
    /// next, and the others are free. The first stays with the caller.
    /// </summary>
    public void Split(uint head)
    {
        if (_frames[head + 1].EntireMapCount != 0)
            foreach (Mapping mapping in _machine.ReverseMap.FindLeaves(head).ToArray())
                mapping.Process.SplitLeaf(mapping.Page, mapping.Entry);
        _machine.PartlyMapped.Remove(head);
        Frame whole = _frames[head];
        const FrameFlags Inherited = FrameFlags.Anonymous | FrameFlags.SwapBacked | FrameFlags.Active | FrameFlags.Referenced | FrameFlags.Dirty
            | FrameFlags.Workingset | FrameFlags.LazyFree | FrameFlags.Unevictable | FrameFlags.Mlocked | FrameFlags.Locked;
        FrameFlags flags = (whole.Flags & Inherited) | FrameFlags.Allocated;
        _stat[VmEvent.thp_split_page]++;
        for (uint pfn = head + Migratetypes.PageblockPages - 1; pfn >= head; pfn--)
        {
            ref Frame frame = ref _frames[pfn];
            frame.Flags = flags | (frame.Flags & (FrameFlags.Exclusive | FrameFlags.MovedMapping));
            frame.Order = 0;
            frame.Cgroup = whole.Cgroup;
            frame.Next = frame.Previous = 0;
            frame.Private = 0;
            if (pfn == head)
                break;
            if (frame.MapCount == 0)
                _machine.FreePage(0, pfn);
            else
                _lru.VectorOf(pfn).AddLast(pfn);
        }
    }
}
