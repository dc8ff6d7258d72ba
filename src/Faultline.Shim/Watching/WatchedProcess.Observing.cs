using System.Diagnostics;
using Faultline.Kernel;
using Faultline.Shim.Ledger;
using Faultline.Shim.Observers;

namespace Faultline.Shim.Watching;

// What the program did: the real pages that are present are accesses that it made. Pages that are present where no block
// is were touched after their block was freed, or past the end of one.
internal sealed unsafe partial class WatchedProcess
{
    /// <summary>Real pages found written in the ranges observed so far: a snapshot sets it to 0 and looks at everything.</summary>
    public ulong ObservedPages { get; set; }

    /// <summary>Looks at the real pages [start, end) and simulates the accesses that they show.</summary>
    public void Observe(ulong start, ulong end)
    {
        Debug.Assert(((start | end) & PageSize.Mask) == 0 && start >= Arena.Start && end <= Arena.End, $"[0x{start:x}, 0x{end:x})");
        while (start < end)
        {
            int count = Observer.Scan(start, end, out start);
            for (int i = 0; i < count; i++)
                Report(Observer.Ranges[i]);
        }
    }

    /// <summary>
    /// A block of the heap on the pages [start, end) is about to be freed: what the program did to it is settled now, while it
    /// is known whose it was. Pages that it never touched are free for the next block to be charged for.
    /// </summary>
    public void ObserveReleased(ulong start, ulong end)
    {
        start = Ledger.FindOther(start, end, PageLedger.Settled, PageLedger.Settled);
        if (start == end)
            return;
        Observe(start, end);
        for (; start < end; start += PageSize.Bytes)
        {
            ref uint entry = ref Ledger.At(start);
            if ((entry & PageLedger.Settled) == 0 && Process.StateOf(new VirtualAddress(start)) == PageState.Absent)
                entry &= PageLedger.DeadBlocks;
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
