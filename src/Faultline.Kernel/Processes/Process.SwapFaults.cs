// Faults on pages that lie in swap (mm/memory.c do_swap_page, should_try_to_free_swap, 6.18). A page that memory still holds, or
// holds already since it was read ahead, is a minor fault; one that must be read is a major one.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private FaultOutcome SwapFault(ulong page, AccessKind kind, ulong* entry)
    {
        uint slot = Pte.SwapSlot(*entry);
        FaultOutcome outcome = FaultOutcome.MinorFault;
        uint pfn = _machine.SwapReader.Lookup(slot, ref _areas[_areaIndex]);
        if (pfn == FrameAllocator.None)
        {
            pfn = _machine.SwapReader.Read(this, slot, page, ref _areas[_areaIndex]);
            if (pfn == FrameAllocator.None)
                return FaultOutcome.OutOfFrames;
            outcome = FaultOutcome.MajorFault;
        }

        bool write = kind == AccessKind.Write;
        bool exclusive = Pte.IsSwapExclusive(*entry);
        bool free = write || _machine.Swap.IsFilling || (_areaFlags & VmaFlags.Locked) != 0;
        _machine.Swap.Put(slot);
        if (free && _frames[pfn].MapCount == 0)
            _machine.Reclaimer.TryFreeSwap(pfn);
        MapSwappedIn(page, entry, pfn, exclusive);
        return write && (*entry & Pte.Writable) == 0 ? AfterSwapIn(outcome, WriteProtected(page, kind, entry)) : outcome;
    }

    /// <summary>The copy that a store to a shared page needs is part of the same fault.</summary>
    private static FaultOutcome AfterSwapIn(FaultOutcome read, FaultOutcome copied) => copied == FaultOutcome.OutOfFrames ? copied : read;

    /// <summary>
    /// Who was the only owner before, or is now, may write, without having written; the store that faulted then writes.
    /// </summary>
    private void MapSwappedIn(ulong page, ulong* entry, uint pfn, bool exclusive)
    {
        ref Frame frame = ref _frames[pfn];
        exclusive |= frame.MapCount == 0 && (frame.Flags & FrameFlags.SwapCache) == 0;
        _resident.Swapped--;
        _resident.Anonymous++;
        NoteResident();
        if (++frame.MapCount == 1)
            _stat[VmEvent.nr_anon_pages]++;
        frame.Flags |= FrameFlags.Anonymous;
        ulong leaf = _areaLeaf;
        if (exclusive)
        {
            frame.Flags |= FrameFlags.Exclusive;
            if ((_areaFlags & VmaFlags.Write) != 0)
                leaf |= Pte.Writable;
        }

        *entry = Pte.Make(pfn, leaf);
        _machine.ReverseMap.Moved(this, pfn, page >> PageSize.Shift);
        if ((_areaFlags & VmaFlags.Locked) != 0)
            LockFrame(pfn);
    }
}
