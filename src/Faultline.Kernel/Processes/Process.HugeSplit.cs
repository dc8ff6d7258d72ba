// Splitting the mapping of a huge page (mm/huge_memory.c __split_huge_pmd_locked, 6.18): the spare PTE table takes the leaf's
// place, and each PTE maps a piece. The huge page itself stays one block of 512 frames. When pieces are unmapped one by one it
// is only noted as waiting to be split, and is freed once nothing maps any of it: its frames stay taken until then, as in a
// Linux that is not short of memory.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>A leaf of the page cache is taken out instead: its entries come back by faults.</summary>
    private void SplitHugeLeaf(ulong page, ulong* pmd)
    {
        ulong leaf = *pmd;
        DropTranslation(page);
        if ((leaf & Pte.Special) == 0 && IsCached(Pte.Frame(leaf)))
        {
            ZapHugeFileLeaf(page, pmd);
            _stat[VmEvent.thp_split_pmd]++;
            return;
        }

        uint spare = _tables.Withdraw(page);
        *pmd = Pte.Make(spare, Pte.UserTable);
        _tables.ForgetLeaf();
        ulong* table = _tables.Table(*pmd);
        _stat[VmEvent.thp_split_pmd]++;
        if ((leaf & Pte.Special) != 0)
        {
            ulong zero = Pte.Make(PhysicalLayout.ZeroFrame, leaf & ~(Pte.FrameMask | Pte.Huge));
            new Span<ulong>(table, PageTables.Entries).Fill(zero);
            return;
        }

        uint head = Pte.Frame(leaf);
        for (uint i = 0; i < PageTables.Entries; i++)
            table[i] = Pte.Make(head + i, leaf & ~(Pte.FrameMask | Pte.Huge));
        MapPieces(head, (page & ~(PageTables.PmdBytes - 1)) >> PageSize.Shift);
    }

    /// <summary>One mapping as a whole becomes 512 mappings of pieces.</summary>
    private void MapPieces(uint head, ulong page)
    {
        FrameFlags inherited = FrameFlags.Tail | (_frames[head].Flags & FrameFlags.Exclusive);
        _frames[head].MapCount++;
        for (uint i = 1; i < PageTables.Entries; i++)
        {
            ref Frame piece = ref _frames[head + i];
            piece.MapCount++;
            piece.Flags |= inherited;
        }

        ref Frame second = ref _frames[head + 1];
        second.PieceMapCount += PageTables.Entries;
        if (--second.EntireMapCount == 0)
            _stat[VmEvent.nr_anon_transparent_hugepages]--;
        for (uint i = 0; i < PageTables.Entries; i++)
            _machine.ReverseMap.Moved(this, head + i, page + i);
    }

    /// <summary>If the address lies inside a huge leaf, its mapping is split there: an area is about to end at it.</summary>
    private void SplitHugeLeafAt(ulong address)
    {
        if ((address & (PageTables.PmdBytes - 1)) == 0)
            return;
        ulong* pmd = _tables.FindPmd(address);
        if (pmd != null && (*pmd & Pte.Huge) != 0)
            SplitHugeLeaf(address, pmd);
    }

    private bool IsHugePiece(uint frame) => (_frames[frame].Flags & FrameFlags.Tail) != 0 || _frames[frame].Order == Migratetypes.PageblockOrder;

    private uint HeadOf(uint frame) => (_frames[frame].Flags & FrameFlags.Tail) != 0 ? frame & ~(Migratetypes.PageblockPages - 1) : frame;
}
