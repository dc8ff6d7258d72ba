namespace Faultline.Kernel;

internal sealed unsafe partial class SwapArea
{
    /// <summary>
    /// Throws <see cref="InvalidOperationException"/> unless each slot counts the page-table entries that name it, its cache is a frame that
    /// names the slot, and clusters are right. <paramref name="visit"/> sees each cached frame; answers how many of them nobody maps.
    /// </summary>
    public ulong CheckInvariants(Frame* frames, MappingTally tally, Action<uint> visit)
    {
        CheckClusters();
        ulong unmapped = 0, cached = 0, named = 0;
        for (uint slot = 1; slot < End; slot++)
        {
            if (_slots[slot].IsFree)
                continue;
            int entries = tally.Slots.GetValueOrDefault(slot);
            named += entries == 0 ? 0UL : 1;
            if (_slots[slot].Count != entries)
                throw new InvalidOperationException($"swap slot {slot} is named by {entries} page-table entries, {_slots[slot].Count} are counted");
            uint pfn = _slots[slot].Cache;
            if (pfn == 0)
                continue;
            cached++;
            visit(pfn);
            if ((frames[pfn].Flags & (FrameFlags.SwapCache | FrameFlags.Locked)) != FrameFlags.SwapCache || frames[pfn].Private != slot)
                throw new InvalidOperationException($"swap slot {slot} has frame {pfn} as its cache, which is {frames[pfn].Flags} of slot {frames[pfn].Private}");
            if (frames[pfn].MapCount == 0)
                unmapped++;
        }

        ulong ofCgroups = 0;
        foreach (ulong used in _usedBy)
            ofCgroups += used;
        if (ofCgroups != Used)
            throw new InvalidOperationException($"{Used} swap slots are in use, {ofCgroups} are counted by cgroups");
        if (named != (ulong)tally.Slots.Count || cached != _stat[VmEvent.nr_swapcached])
            throw new InvalidOperationException($"{tally.Slots.Count} swap slots are named, {named} are in use; {cached} are cached, nr_swapcached is {_stat[VmEvent.nr_swapcached]}");
        return unmapped;
    }
}
