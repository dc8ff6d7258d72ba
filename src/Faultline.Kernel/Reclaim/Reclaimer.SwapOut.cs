// Anonymous memory on its way to swap and out of it (mm/vmscan.c shrink_folio_list, mm/rmap.c try_to_unmap_one, mm/swapfile.c
// folio_alloc_swap, folio_free_swap, mm/filemap.c folio_end_writeback, 6.18).

namespace Faultline.Kernel;

internal sealed unsafe partial class Reclaimer
{
    /// <summary>The processor that takes the disk's interrupts gathers so many pages before it rotates them, all at once (FOLIO_BATCH_SIZE).</summary>
    private const int RotationBatch = 31;

    private readonly List<uint> _rotations = [];



    private ReclaimResult SwapOut(uint pfn, ScanControl control)
    {
        ref Frame frame = ref _frames[pfn];
        if ((frame.Flags & FrameFlags.SwapCache) == 0)
        {
            if (_swap.Free == 0)
                return ReclaimResult.Activated;
            if (frame.Order != 0)
                Split(pfn);
            if (frame.MapCount == 0)
                return FreeUnmapped(pfn);
            uint slot = _swap.Allocate(0, pfn, frame.Cgroup);
            frame.Private = slot;
            frame.Flags |= FrameFlags.SwapCache | FrameFlags.Dirty;
        }

        if (frame.MapCount != 0 && !Unmap(pfn))
            return ReclaimResult.Activated;
        if ((frame.Flags & FrameFlags.Dirty) != 0)
        {
            if (_swap[frame.Private].Count == 0)
                return Release(pfn, 0);
            _device.Write(pfn);
            _lru.VectorOf(pfn).Counts.pswpout++;
            _device.Work(NanosecondsPerUnmap);
            return ReclaimResult.Writing;
        }

        return Release(pfn, _swap[frame.Private].Count == 0 ? 0 : _workingset.Evict(pfn, TargetOf(control)));
    }

    /// <summary>Puts a swap entry in place of each PTE of the frame. False if the slot has too many already.</summary>
    private bool Unmap(uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        uint slot = frame.Private;
        foreach (Mapping mapping in _machine.ReverseMap.Find(pfn))
        {
            if (!_swap.TryDuplicate(slot))
                return false;
            if ((*mapping.Entry & Pte.Dirty) != 0)
                frame.Flags |= FrameFlags.Dirty;
            mapping.Process.Evict(mapping.Page, mapping.Entry, slot, (frame.Flags & FrameFlags.Exclusive) != 0);
            frame.MapCount--;
        }

        frame.Flags &= ~FrameFlags.Exclusive;
        _machine.ReverseMap.Forget(pfn);
        _stat[VmEvent.nr_anon_pages]--;
        return true;
    }

    /// <summary>The first piece of a huge page just split, which nobody maps.</summary>
    private ReclaimResult FreeUnmapped(uint pfn)
    {
        _machine.FreePage(0, pfn);
        return ReclaimResult.Reclaimed;
    }

    /// <summary>An unmapped page leaves the swap cache and is free.</summary>
    private ReclaimResult Release(uint pfn, ulong shadow)
    {
        _swap.DropCache(_frames[pfn].Private, shadow);
        _frames[pfn].Flags &= ~FrameFlags.SwapCache;
        _machine.FreePage(0, pfn);
        _device.Work(NanosecondsPerFree);
        return ReclaimResult.Reclaimed;
    }

    /// <summary>The page's slot is given back if no page-table entry names it and nothing is being written; the page is dirty then.</summary>
    public bool TryFreeSwap(uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        if ((frame.Flags & (FrameFlags.SwapCache | FrameFlags.Writeback)) != FrameFlags.SwapCache || _swap[frame.Private].Count != 0)
            return false;
        _swap.DropCache(frame.Private, 0);
        frame.Flags = (frame.Flags & ~FrameFlags.SwapCache) | FrameFlags.Dirty;
        return true;
    }

    /// <summary>What the device has finished: pages that reclaim wrote go to where it looks next.</summary>
    public void EndWrites()
    {
        while (_device.TakeDone() is var pfn and not 0)
        {
            ref Frame frame = ref _frames[pfn];
            bool rotate = (frame.Flags & FrameFlags.Reclaim) != 0;
            frame.Flags &= ~(FrameFlags.Writeback | FrameFlags.Reclaim);
            if (rotate)
            {
                frame.Flags |= FrameFlags.Rotating;
                _rotations.Add(pfn);
            }

            if (_rotations.Count == RotationBatch)
                Rotate();
        }
    }

    private void Rotate()
    {
        const FrameFlags Wanted = FrameFlags.Lru | FrameFlags.Rotating;
        foreach (uint pfn in _rotations)
        {
            FrameFlags flags = _frames[pfn].Flags;
            _frames[pfn].Flags &= ~FrameFlags.Rotating;
            if ((flags & (FrameFlags.Dirty | FrameFlags.Unevictable | Wanted)) == Wanted)
                _lru.Rotate(pfn);
        }

        _rotations.Clear();
    }

    /// <summary>Waits until nothing is being written: pages that are would outlive their last user.</summary>
    public void FinishWrites()
    {
        while (_device.InFlight != 0)
            WaitForWrites();
    }
}
