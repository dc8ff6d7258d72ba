using Faultline.Kernel;
using Faultline.Shim.Ledger;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Watching;

// System calls of the allocator and of the program's own mappings: simulated, then done to the real memory. Before pages
// go away the real ones are looked at for the last time.
internal sealed unsafe partial class WatchedProcess
{
    private ulong _highestHeapEnd;
    private ulong _lowestMapping = ulong.MaxValue;

    /// <summary>The parts of the arena that were ever used: the heap's part ends here.</summary>
    public ulong HighestHeapEnd => _highestHeapEnd;

    /// <summary>And the mmap segment's part starts here; the arena's end as long as there was no mapping.</summary>
    public ulong LowestMapping => Math.Min(_lowestMapping, Arena.End);

    public VirtualAddress Brk(VirtualAddress newBreak)
    {
        ulong oldEnd = HeapEnd;
        ulong newEnd = PageSize.Up(newBreak.Value);
        if (newEnd < oldEnd && newBreak.Value >= Arena.Start)
        {
            ObserveBeforeRelease(newEnd, oldEnd);
            Recorder?.Mark();
            VirtualAddress answer = Process.Brk(newBreak);
            if (answer == newBreak)
                Release(newEnd, oldEnd);
            return answer;
        }

        // What the arena cannot open the simulated kernel is not asked for either: it answers the break that it has.
        if (newEnd > oldEnd && newEnd < Arena.End && !Arena.Open(oldEnd, newEnd - oldEnd))
            return Process.CurrentBreak;
        VirtualAddress grown = Process.Brk(newBreak);
        if (newEnd > oldEnd && grown == newBreak)
        {
            _highestHeapEnd = Math.Max(_highestHeapEnd, newEnd);
            Acquire(oldEnd, newEnd);
        }

        return grown;
    }

    public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags)
    {
        ulong faults = Process.MinorFaults;
        SystemCallResult result = Process.Mmap(hint, length, protection, flags);
        if (result.Failed)
            return result;
        Recorder?.Mark();
        ulong start = result.Address.Value;
        ulong end = start + PageSize.Up(length);
        // A heap of an arena is reserved without access and opened as it grows.
        bool isHeap = protection == Protection.None;
        if (!isHeap && !Arena.Open(start, end - start))
        {
            Process.Munmap(result.Address, length);
            return SystemCallResult.Failure(Errno.ENOMEM);
        }

        _lowestMapping = Math.Min(_lowestMapping, start);
        Acquire(start, end);
        ulong populated = Process.MinorFaults - faults;
        AllocatorFaults += populated;
        Mappings.Insert(new Mapping
        {
            Start = start,
            End = end,
            Chunk = start,
            OpenEnd = start,
            Pending = populated,
            Kind = isHeap ? MappingKind.Heap : MappingKind.Unplaced,
        });
        return result;
    }

    public SystemCallResult Munmap(VirtualAddress start, ulong length)
    {
        ulong end = start.Value + PageSize.Up(length);
        ObserveBeforeRelease(start.Value, end);
        Recorder?.Mark();
        SystemCallResult result = Process.Munmap(start, length);
        if (result.Failed)
            return result;
        bool restore = ForgetMappings(start.Value, end);
        if (restore)
            Arena.Restore(start.Value, end - start.Value);
        else
            Arena.Discard(start.Value, end - start.Value);
        return result;
    }

    /// <summary>mprotect(2) by the allocator: a heap grows.</summary>
    public SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection)
    {
        if (!Arena.Open(start.Value, length))
            return SystemCallResult.Failure(Errno.ENOMEM);
        SystemCallResult result = Process.Mprotect(start, length, protection);
        int index = Mappings.Find(start.Value);
        if (!result.Failed && index >= 0)
            Mappings[index].OpenEnd = Math.Max(Mappings[index].OpenEnd, start.Value + length);
        return result;
    }

    /// <summary>Pages [start, end) of the heap go away.</summary>
    private void Release(ulong start, ulong end)
    {
        ForgetHeap(start, end);
        Arena.Discard(start, end - start);
    }

    private void ForgetHeap(ulong start, ulong end)
    {
        Blocks.DropMarkers(start, end);
        Ledger.Drop(start, end);
    }

    /// <summary>
    /// Pages [start, end) become the process's: they must be absent, as the kernel hands them out. What a stray access left
    /// there is reported and dropped.
    /// </summary>
    private void Acquire(ulong start, ulong end)
    {
        bool strays = Observer.Kind == ObserverKind.Assumed;
        for (ulong at = start; at < end;)
        {
            int count = Observer.Scan(at, end, out at);
            strays |= count > 0;
            for (int i = 0; i < count; i++)
                ReportStrays(Observer.Ranges[i].Start, Observer.Ranges[i].End);
        }

        if (!strays)
            return;
        Ledger.Drop(start, end);
        Arena.Discard(start, end - start);
        Arena.Open(start, end - start);
    }

    /// <summary>Takes [start, end) out of the mapping table; answers whether the real range needs more than its pages dropped.</summary>
    private bool ForgetMappings(ulong start, ulong end)
    {
        bool restore = false;
        ForgetPages(start, end);
        for (int i = Mappings.FirstStartingAtOrBelow(end - 1); i < Mappings.Count && Mappings[i].End > start; i++)
        {
            restore |= Mappings[i].Restore;
            if (Mappings[i].Kind != MappingKind.Heap)
                RememberReleased(Mappings[i]);
        }

        Mappings.Remove(start, end);
        return restore;
    }

    /// <summary>Clears what the ledger knows of pages that go away: of a mapping's only those of headers.</summary>
    private void ForgetPages(ulong start, ulong end)
    {
        if (start < HeapEnd)
        {
            ForgetHeap(start, Math.Min(end, HeapEnd));
        }

        for (int i = Mappings.FirstStartingAtOrBelow(end - 1); i < Mappings.Count && Mappings[i].End > start; i++)
        {
            Mapping mapping = Mappings[i];
            if (mapping.Kind == MappingKind.Heap)
                ForgetHeap(Math.Max(start, mapping.Start), Math.Min(end, mapping.End));
            else
                ForgetHeaders(mapping, start, end);
        }
    }

    private void ForgetHeaders(in Mapping mapping, ulong start, ulong end)
    {
        if (mapping.Start >= start && mapping.Start < end)
            Ledger.Drop(mapping.Start, mapping.Start + PageSize.Bytes);
        if (mapping.HeaderPage >= start && mapping.HeaderPage < end)
            Ledger.Drop(mapping.HeaderPage, mapping.HeaderPage + PageSize.Bytes);
    }
}
