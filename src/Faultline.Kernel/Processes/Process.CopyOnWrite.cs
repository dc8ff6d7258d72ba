// Stores to pages that are mapped read-only although their area may be written (mm/memory.c do_wp_page,
// wp_can_reuse_anon_folio, wp_page_copy, 6.18): after a fork, the last owner takes the page over and the others copy it.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private FaultOutcome WriteProtected(ulong page, AccessKind kind, ulong* entry)
    {
        ulong old = *entry;
        uint frame = Pte.Frame(old);
        if ((_frames[frame].Flags & FrameFlags.Exclusive) != 0 || IsOnlyMappedHere(page, entry, frame))
        {
            _frames[frame].Flags |= FrameFlags.Exclusive;
            if (!IsHugePiece(frame))
                _machine.ReverseMap.TakeOver(this, frame, page >> PageSize.Shift);
            *entry |= Pte.Writable | Pte.Dirty | Pte.Accessed;
            _stat[VmEvent.pgreuse]++;
            return FaultOutcome.MinorFault;
        }

        uint copy = TakeOwnFrame(page);
        if (copy == FrameAllocator.None)
            return FaultOutcome.OutOfFrames;
        if (*entry != old)
        {
            // The page went to swap while memory was looked for: the fault starts over.
            UnmapPage(copy);
            return ServeEntry(page, kind, entry);
        }

        *entry = Pte.Make(copy, _areaLeaf | Pte.Writable | Pte.Dirty);
        if (IsHugePiece(frame))
            UnmapPieces(frame, 1);
        else
            UnmapPage(frame);
        return FaultOutcome.MinorFault;
    }

    private bool IsOnlyMappedHere(ulong page, ulong* entry, uint frame)
    {
        if (!IsHugePiece(frame))
            return _frames[frame].MapCount == 1 && IsOutOfSwap(frame);
        uint head = HeadOf(frame);
        Frame second = _frames[head + 1];
        return second.EntireMapCount == 0 && second.PieceMapCount == CountPiecesNear(page, entry, head);
    }

    /// <summary>No other process can find the page through its slot of swap, which is given back if it can be.</summary>
    private bool IsOutOfSwap(uint frame) => (_frames[frame].Flags & FrameFlags.SwapCache) == 0 || _machine.Reclaimer.TryFreeSwap(frame);

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
