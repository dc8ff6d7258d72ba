// MADV_FREE (mm/madvise.c madvise_free_pte_range, mm/swap.c folio_mark_lazyfree, 6.18): the contents of pages are given up, the pages
// only when memory is short. They become clean and go to the inactive list of files, where reclaim drops them without writing; a store
// before that makes them ordinary again. What lies in swap is given up at once.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>A range within one anonymous area. Huge leaves are taken apart first, where Linux keeps those that lie in the range as a whole.</summary>
    private void FreeLazily(ulong start, ulong end)
    {
        _tlb.Invalidate(start, end);
        for (ulong at = start; at < end;)
        {
            ulong next = Math.Min(end, (at | (PageTables.PmdBytes - 1)) + 1);
            ulong* pmd = _tables.FindPmd(at);
            if (pmd != null && (*pmd & Pte.Huge) != 0)
                SplitHugeLeaf(at, pmd);
            if (pmd != null && *pmd != 0)
                for (ulong* entry = _tables.Table(*pmd) + PageTables.PteIndex(at); at < next; at += PageSize.Bytes)
                    FreeLazily(entry++);
            at = next;
        }
    }

    private void FreeLazily(ulong* entry)
    {
        if (Pte.IsSwap(*entry))
        {
            uint slot = Pte.SwapSlot(*entry);
            *entry = 0;
            _resident.Swapped--;
            _machine.FreeSwapEntry(_cpu, slot);
            return;
        }

        if (!Pte.IsMapped(*entry) || (*entry & Pte.Special) != 0)
            return;
        uint pfn = Pte.Frame(*entry);
        ref Frame frame = ref _frames[pfn];
        const FrameFlags Kept = FrameFlags.FileCache | FrameFlags.Unevictable;
        if (IsHugePiece(pfn) || (frame.Flags & Kept) != 0 || frame.MapCount != 1)
            return;
        if ((frame.Flags & FrameFlags.SwapCache) != 0 && !_machine.Reclaimer.TryFreeSwap(pfn))
            return;
        *entry &= ~(Pte.Dirty | Pte.Accessed);
        if ((frame.Flags & (FrameFlags.SwapBacked | FrameFlags.Lru)) == (FrameFlags.SwapBacked | FrameFlags.Lru))
            MarkLazyFree(pfn);
    }

    private void MarkLazyFree(uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        _lru.Remove(pfn);
        frame.Flags &= ~(FrameFlags.Active | FrameFlags.Referenced | FrameFlags.SwapBacked | FrameFlags.Dirty);
        frame.Flags |= FrameFlags.LazyFree;
        _lru.Add(pfn);
        _stat[VmEvent.pglazyfree]++;
        _lru.VectorOf(pfn).Counts.pglazyfree++;
    }
}
