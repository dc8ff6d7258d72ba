// Stores to pages that are mapped read-only although their area may be written (mm/memory.c do_wp_page,
// wp_can_reuse_anon_folio, wp_page_copy, 6.18): after a fork, the last owner takes the page over and the others copy it.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private bool WriteProtected(ulong page, ulong* entry)
    {
        uint frame = Pte.Frame(*entry);
        if ((_frames[frame].Flags & FrameFlags.Exclusive) != 0 || IsOnlyMappedHere(page, entry, frame))
        {
            _frames[frame].Flags |= FrameFlags.Exclusive;
            *entry |= Pte.Writable | Pte.Dirty;
            _stat[VmEvent.pgreuse]++;
            return true;
        }

        uint copy = TakeOwnFrame(page);
        if (copy == FrameAllocator.None)
            return false;
        *entry = Pte.Make(copy, _areaLeaf | Pte.Writable | Pte.Dirty);
        if (IsHugePiece(frame))
            UnmapPieces(frame, 1);
        else
            UnmapPage(frame);
        return true;
    }

    private bool IsOnlyMappedHere(ulong page, ulong* entry, uint frame)
    {
        if (!IsHugePiece(frame))
            return _frames[frame].MapCount == 1;
        uint head = HeadOf(frame);
        Frame second = _frames[head + 1];
        return second.EntireMapCount == 0 && second.PieceMapCount == CountPiecesNear(page, entry, head);
    }

    /// <summary>How many PTEs of this table map pieces of the huge page. Pieces that mremap scattered over two tables look shared.</summary>
    private static int CountPiecesNear(ulong page, ulong* entry, uint head)
    {
        int count = 0;
        ulong* table = entry - PageTables.PteIndex(page);
        for (int i = 0; i < PageTables.Entries; i++)
            if (Pte.IsMapped(table[i]) && Pte.Frame(table[i]) - head < Migratetypes.PageblockPages)
                count++;
        return count;
    }
}
