// Making active pages inactive (mm/vmscan.c shrink_active_list, 6.18). Only used pages of code stay active; all others go to the
// inactive list, where a use will be noticed.

namespace Faultline.Kernel;

internal sealed unsafe partial class Reclaimer
{
    private const ulong NanosecondsPerScan = 250;

    private void ShrinkActive(LruList list, int pages, Lruvec vector, ScanControl control)
    {
        int file = (int)list / 2;
        ulong rotated = 0, taken = 0;
        Span<uint> batch = stackalloc uint[ScanControl.Batch];
        int count = 0;
        for (; taken < (ulong)pages && vector.Last(list) is var pfn and not 0; taken += 1UL << _frames[pfn].Order)
        {
            vector.Remove(pfn);
            batch[count++] = pfn;
        }

        vector.Counts.pgrefill += taken;
        if (control.Group == null)
            _stat[VmEvent.pgrefill] += taken;
        _device.Work(taken * NanosecondsPerScan);
        foreach (uint pfn in batch[..count])
        {
            ref Frame frame = ref _frames[pfn];
            ulong size = 1UL << frame.Order;
            int references = TakeReferences(pfn, out bool locked, out bool executable);
            if (locked)
            {
                frame.Flags = (frame.Flags | FrameFlags.Unevictable) & ~FrameFlags.Active;
                _stat[VmEvent.unevictable_pgs_culled] += size;
            }
            else if (references != 0 && executable)
            {
                rotated += size;
                _lru.Age(vector, size);
            }
            else
            {
                frame.Flags = (frame.Flags | FrameFlags.Workingset) & ~FrameFlags.Active;
                _stat[VmEvent.pgdeactivate] += size;
                vector.Counts.pgdeactivate += size;
            }

            vector.Add(pfn);
        }

        _lru.NoteCost(vector, file, 0, rotated);
    }

    /// <summary>
    /// How many entries of page tables used the page since the last look; they start afresh (folio_referenced). Some area that
    /// maps it is locked, or holds code of a file.
    /// </summary>
    private int TakeReferences(uint pfn, out bool locked, out bool executable)
    {
        executable = false;
        locked = (_frames[pfn].Flags & FrameFlags.Mlocked) != 0;
        if ((_frames[pfn].Flags & FrameFlags.FileCache) != 0)
            return TakeFileReferences(pfn, out executable);
        if (_frames[pfn].Order != 0)
            return TakeHugeReferences(pfn);
        int references = 0;
        foreach (Mapping mapping in _machine.ReverseMap.Find(pfn))
            references += mapping.Process.TakeReference(mapping.Page, mapping.Entry) ? 1 : 0;
        return references;
    }

    private int TakeHugeReferences(uint head)
    {
        int references = 0;
        foreach (Mapping mapping in _machine.ReverseMap.FindLeaves(head))
            references += mapping.Process.TakeReference(mapping.Page, mapping.Entry) ? 1 : 0;
        if (_frames[head + 1].PieceMapCount == 0)
            return references;
        for (uint piece = head; piece < head + Migratetypes.PageblockPages; piece++)
            if (_frames[piece].MapCount != 0)
                foreach (Mapping mapping in _machine.ReverseMap.Find(piece))
                    references += mapping.Process.TakeReference(mapping.Page, mapping.Entry) ? 1 : 0;
        return references;
    }
}
