// A process's part of swapoff (mm/swapfile.c unuse_mm, unuse_pte_range, unuse_pte, 6.18): its pages come back in, with readahead, as if not
// used yet and protected from writing; no fault is counted.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>Every page of the process that lies in swap is in memory afterwards; false where memory ran out. Ends the process if it was chosen to die of it.</summary>
    internal bool Unuse()
    {
        for (int i = 0; i < _areas.Count && _resident.Swapped != 0; i++)
        {
            if (Unuse(_areas[i].Start, _areas[i].End))
                continue;
            bool dies = IsDoomed;
            EndIfDoomed();
            return dies;
        }

        return true;
    }

    private bool Unuse(ulong start, ulong end)
    {
        for (ulong at = start; at < end && _resident.Swapped != 0;)
        {
            ulong next = Math.Min(end, (at | (PageTables.PmdBytes - 1)) + 1);
            ulong* pmd = _tables.FindPmd(at);
            if (pmd == null || *pmd == 0 || (*pmd & Pte.Huge) != 0)
            {
                at = next;
                continue;
            }

            for (ulong* entry = _tables.Table(*pmd) + PageTables.PteIndex(at); at < next; at += PageSize.Bytes, entry++)
                if (Pte.IsSwap(*entry) && !Unuse(at, entry))
                    return false;
        }

        return true;
    }

    private bool Unuse(ulong page, ulong* entry)
    {
        SelectArea(page);
        uint slot = Pte.SwapSlot(*entry);
        uint pfn = _machine.SwapReader.Lookup(slot, ref _areas[_areaIndex]);
        if (pfn == FrameAllocator.None)
            pfn = _machine.SwapReader.Read(this, slot, page, ref _areas[_areaIndex]);
        if (pfn == FrameAllocator.None)
            return false;
        if ((_frames[pfn].Flags & FrameFlags.Writeback) != 0)
            _machine.Reclaimer.FinishWrites();
        bool exclusive = Pte.IsSwapExclusive(*entry);
        _machine.Swap.Put(slot);
        MapSwappedIn(page, entry, pfn, exclusive);
        *entry &= ~(Pte.Accessed | Pte.Writable);
        _machine.Reclaimer.TryFreeSwap(pfn);
        return true;
    }
}
