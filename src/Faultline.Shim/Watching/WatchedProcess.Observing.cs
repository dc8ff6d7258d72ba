using System.Diagnostics;
using Faultline.Kernel;
using Faultline.Shim.Ledger;
using Faultline.Shim.Observers;

namespace Faultline.Shim.Watching;

// What the program did: the real pages that are present are accesses that it made. Pages that are present where no block
// is were touched after their block was freed, or past the end of one.
internal sealed unsafe partial class WatchedProcess
{
    /// <summary>A look at everything costs about a fiftieth of what the faults cost that it shows; fewer than these are not worth one.</summary>
    private const ulong FewFaults = 1024;

    private ulong _faultsAtFullLook;

    /// <summary>Accesses that are simulated now are the program's, and not the allocator's.</summary>
    private bool _isObserving;

    /// <summary>Real pages found written since somebody last set this to 0.</summary>
    public ulong ObservedPages { get; set; }

    /// <summary>Looks at the real pages [start, end) and simulates the accesses that they show.</summary>
    public void Observe(ulong start, ulong end)
    {
        Debug.Assert(((start | end) & PageSize.Mask) == 0 && start >= Arena.Start && end <= Arena.End, $"[0x{start:x}, 0x{end:x})");
        _isObserving = true;
        while (start < end)
        {
            int count = Observer.Scan(start, end, out start);
            for (int i = 0; i < count; i++)
                Report(Observer.Ranges[i]);
        }

        _isObserving = false;
    }

    /// <summary>
    /// Pages are about to go away. When much has come to light since the last look at everything, everything is looked at first: what
    /// is resident at the same time must be known at the same time, or its peak would be missed.
    /// </summary>
    private void ObserveBeforeRelease(ulong start, ulong end)
    {
        Observe(start, end);
        if (Process.MinorFaults - _faultsAtFullLook < Math.Max(FewFaults, Process.ResidentPages.Value / 4))
            return;
        Observe(Arena.Start, HeapEnd);
        Observe(LowestMapping, Arena.End);
        MarkFullLook();
    }

    /// <summary>All used parts of the arena have been looked at.</summary>
    public void MarkFullLook() => _faultsAtFullLook = Process.MinorFaults;

    /// <summary>
    /// A block of the heap on the pages [start, end) is about to be freed: what the program did to it is settled now, while it
    /// is known whose it was. Pages that it never touched are free for the next block to be charged for.
    /// </summary>
    public void ObserveReleased(ulong start, ulong end)
    {
        start = Ledger.FindOther(start, end, PageLedger.Settled, PageLedger.Settled);
        if (start == end)
            return;
        Lock();
        ObserveUnsettled(start, end);
        Unlock();
    }

    private void ObserveUnsettled(ulong start, ulong end)
    {
        Observe(start, end);
        // On a machine that has run out, touched pages may be absent too.
        if (Process.UnbackedPages != 0)
            return;
        // What is not settled now was never touched, unless the process has pages that it only read.
        bool someAreZero = Process.ZeroPages.Value != 0;
        for (; start < end; start += PageSize.Bytes)
        {
            ref uint entry = ref Ledger.At(start);
            if ((entry & PageLedger.Settled) == 0 && !(someAreZero && Process.StateOf(new VirtualAddress(start)) != PageState.Absent))
                entry = 0;
        }
    }

    private void Report(in TouchedRange range)
    {
        AccessKind kind = range.Written ? AccessKind.Write : AccessKind.Read;
        if (range.Written)
            ObservedPages += (range.End - range.Start) >> PageSize.Shift;
        for (ulong start = range.Start; start < range.End;)
        {
            int index = FindMapping(start);
            ulong stop;
            if (start < HeapEnd || index >= 0)
            {
                stop = Math.Min(range.End, index < 0 ? HeapEnd : Mappings[index].End);
                ReportOwned(index, start, stop, kind);
            }
            else
            {
                int above = Mappings.FirstStartingAtOrBelow(start) - 1;
                stop = above < 0 ? range.End : Math.Min(range.End, Mappings[above].Start);
                ReportStrays(start, stop);
            }

            start = stop;
        }
    }

    private void ReportOwned(int index, ulong start, ulong end, AccessKind kind)
    {
        MappingKind mapping = index < 0 ? MappingKind.Heap : Mappings[index].Kind;
        if (mapping == MappingKind.Foreign)
            return;
        if (mapping != MappingKind.Heap)
        {
            TouchMapping(ref Mappings[index], start, end, kind);
            return;
        }

        const uint Explained = PageLedger.Settled | PageLedger.Strayed | PageLedger.OwnerMask;
        for (ulong page = start; page < end; page += PageSize.Bytes)
            if ((Ledger.At(page) & Explained) == 0)
                {
                ulong stop = Ledger.FindOther(page, end, Explained, 0);
                ReportStrays(page, stop);
                page = stop - PageSize.Bytes;
            }

        TouchHeap(start, end, kind);
    }
}
