// Taking mappings off frames (mm/rmap.c folio_remove_rmap_ptes, folio_remove_rmap_pmd, 6.18). The frame of the last one goes
// back to the allocator.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private void UnmapPage(uint frame)
    {
        if (--_frames[frame].MapCount != 0)
            return;
        _stat[VmEvent.nr_anon_pages]--;
        const FrameFlags Special = FrameFlags.SwapCache | FrameFlags.MovedMapping | FrameFlags.Writeback | FrameFlags.Mlocked;
        if ((_frames[frame].Flags & Special) != 0 || _frames[frame].Cgroup != 0)
        {
            Unlocked(frame);
            _machine.FreeAnonymous(_cpu, frame);
            return;
        }

        _lru.Root.Remove(frame);
        _allocator.Free(_cpu, frame, 0);
    }

    /// <summary>PTEs of neighbouring pieces of one huge page are gone.</summary>
    private void UnmapPieces(uint first, int count)
    {
        uint head = HeadOf(first);
        ref Frame second = ref _frames[head + 1];
        ulong unmapped = 0;
        for (uint piece = first; piece < first + (uint)count; piece++)
            if (--_frames[piece].MapCount == 0 && second.EntireMapCount == 0)
                unmapped++;
        second.PieceMapCount -= count;
        Unmapped(head, unmapped);
    }

    /// <summary>A PMD leaf of a huge page is gone.</summary>
    private void UnmapHugePage(uint head)
    {
        ref Frame second = ref _frames[head + 1];
        if (--second.EntireMapCount != 0)
            return;
        _stat[VmEvent.nr_anon_transparent_hugepages]--;
        ulong unmapped = HugePages;
        if (second.PieceMapCount != 0)
            for (uint i = 0; i < PageTables.Entries; i++)
                if (_frames[head + i].MapCount != 0)
                    unmapped--;
        Unmapped(head, unmapped);
    }

    /// <summary>So many pages of a huge page are mapped by no one any more.</summary>
    private void Unmapped(uint head, ulong pages)
    {
        _stat[VmEvent.nr_anon_pages] -= pages;
        if (_frames[head + 1].EntireMapCount == 0 && _frames[head + 1].PieceMapCount == 0)
        {
            FreeHugePage(head);
        }
        else if (pages != 0 && (_frames[head].Flags & FrameFlags.DeferredSplit) == 0)
        {
            _machine.PartlyMapped.Add(head);
            _stat[VmEvent.thp_deferred_split_page]++;
        }
    }

    private void FreeHugePage(uint head)
    {
        _machine.PartlyMapped.Remove(head);
        Unlocked(head);
        uint used = (_frames[head + 1].Flags & FrameFlags.Tail) != 0 ? Migratetypes.PageblockPages : 2;
        if (_machine.ReverseMap.HasMoved)
            for (uint piece = head + 1; piece < head + used; piece++)
                _machine.ReverseMap.Forget(piece);
        new Span<Frame>(_frames + head + 1, (int)used - 1).Clear();
        _machine.FreePage(_cpu, head);
    }
}
