// MADV_COLD and MADV_PAGEOUT (mm/madvise.c madvise_cold_or_pageout_pte_range, 6.18): pages that only this process maps, once, are made
// inactive and forgotten to have been used, or reclaimed at once. Pages that others map too stay as they are. Huge pages that are to go to
// swap, or of which only a part is meant, are taken apart.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private List<uint>? _pagingOut;

    /// <summary>Pages in memory of a range in bytes that need a slot of swap to leave it: all but those of files on disks and of zeros.</summary>
    public PageCount SwappablePages(VirtualAddress start, ulong length)
    {
        ulong pages = 0;
        for (ulong at = PageSize.Down(start.Value); at < start.Value + length; at += PageSize.Bytes)
        {
            ulong* entry = _tables.FindEntry(at);
            if (entry == null || !Pte.IsMapped(*entry) || (*entry & Pte.Special) != 0)
                continue;
            uint pfn = Pte.Frame(*entry) + ((*entry & Pte.Huge) != 0 ? (uint)PageTables.PteIndex(at) : 0);
            pages += (_frames[HeadOf(pfn)].Flags & FrameFlags.SwapBacked) != 0 ? 1UL : 0;
        }

        return new(pages);
    }

    /// <summary>A range within one area that is not locked.</summary>
    private void MakeCold(ulong start, ulong end, bool pageOut)
    {
        _pagingOut ??= [];
        for (ulong at = start; at < end;)
        {
            ulong next = Math.Min(end, (at | (PageTables.PmdBytes - 1)) + 1);
            ulong* pmd = _tables.FindPmd(at);
            if (pmd != null && (*pmd & Pte.Huge) != 0)
                MakeLeafCold(at, next, pmd, pageOut);
            if (pmd != null && *pmd != 0 && (*pmd & Pte.Huge) == 0)
                for (ulong* entry = _tables.Table(*pmd) + PageTables.PteIndex(at); at < next; at += PageSize.Bytes)
                    MakeCold(at, entry++, pageOut);
            _machine.Reclaimer.PageOut(_pagingOut);
            at = next;
        }
    }

    /// <summary>A leaf of anonymous memory that is to be taken apart is a table of entries afterwards, for the caller to go through.</summary>
    private void MakeLeafCold(ulong start, ulong end, ulong* pmd, bool pageOut)
    {
        uint head = Pte.Frame(*pmd);
        if ((*pmd & Pte.Special) != 0)
            return;
        if (IsCached(head))
        {
            bool used = (*pmd & Pte.Accessed) != 0;
            if (used && !pageOut)
                TakeReference((start & ~(PageTables.PmdBytes - 1)) >> PageSize.Shift, pmd);
            for (ulong at = start; at < end; at += PageSize.Bytes)
                MakeFrameCold(head + (uint)PageTables.PteIndex(at), pageOut);
            return;
        }

        if (_frames[head + 1].EntireMapCount != 1 || _frames[head + 1].PieceMapCount != 0)
            return;
        if (pageOut || end - start != PageTables.PmdBytes)
        {
            SplitHugePage(head);
            return;
        }

        TakeReference(start >> PageSize.Shift, pmd);
        MakeFrameCold(head, pageOut);
    }

    private void MakeCold(ulong page, ulong* entry, bool pageOut)
    {
        if (!Pte.IsMapped(*entry) || (*entry & Pte.Special) != 0)
            return;
        uint pfn = Pte.Frame(*entry);
        if (IsHugePiece(pfn))
        {
            Frame second = _frames[HeadOf(pfn) + 1];
            if (second.EntireMapCount != 0 || second.PieceMapCount != CountPiecesNear(page, entry, HeadOf(pfn)))
                return;
            SplitHugePage(HeadOf(pfn));
        }

        if (_frames[pfn].MapCount != 1)
            return;
        if (!pageOut)
            TakeReference(page >> PageSize.Shift, entry);
        MakeFrameCold(pfn, pageOut);
    }

    private void SplitHugePage(uint head)
    {
        _lru.Remove(head);
        _machine.Reclaimer.Split(head);
        if (_frames[head].MapCount == 0)
            _machine.FreePage(_cpu, head);
        else
            _lru.Add(head);
    }

    private void MakeFrameCold(uint pfn, bool pageOut)
    {
        ref Frame frame = ref _frames[pfn];
        if ((frame.Flags & FrameFlags.Lru) == 0)
            return;
        frame.Flags &= ~FrameFlags.Referenced;
        if ((frame.Flags & FrameFlags.Active) != 0)
            frame.Flags |= FrameFlags.Workingset;
        if (!pageOut)
            _lru.Deactivate(pfn);
        else if ((frame.Flags & FrameFlags.Unevictable) == 0)
            _pagingOut!.Add(pfn);
    }
}
