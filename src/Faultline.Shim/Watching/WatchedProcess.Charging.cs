using System.Diagnostics;
using Faultline.Kernel;
using Faultline.Shim.Ledger;

namespace Faultline.Shim.Watching;

// Simulated accesses and who pays for the faults that they take. Heap pages are paid for one by one through the ledger,
// mappings as a whole. The sum over the sites and AllocatorFaults is always the process's minor faults.
internal sealed unsafe partial class WatchedProcess
{
    /// <summary>Accesses to all pages of [start, end), page aligned, charged to their owners.</summary>
    private void TouchRange(ulong start, ulong end, AccessKind kind)
    {
        while (start < end)
        {
            int index = FindMapping(start);
            ulong stop = index < 0 ? Math.Min(end, start < HeapEnd ? HeapEnd : end) : Math.Min(end, Mappings[index].End);
            if (index >= 0 && Mappings[index].Kind != MappingKind.Heap)
                TouchMapping(ref Mappings[index], start, stop, kind);
            else
                TouchHeap(start, stop, kind);
            start = stop;
        }
    }

    private void TouchMapping(ref Mapping mapping, ulong start, ulong end, AccessKind kind)
    {
        ChargeMapping(ref mapping, Simulate(start, end, kind));
    }

    private void ChargeMapping(ref Mapping mapping, ulong faults)
    {
        if (mapping.HasOwner)
        {
            _sites[mapping.Site].MinorFaults += faults;
            return;
        }

        mapping.Pending += faults;
        AllocatorFaults += faults;
    }

    /// <summary>Skips settled pages; runs of one owner are simulated together.</summary>
    private void TouchHeap(ulong start, ulong end, AccessKind kind)
    {
        for (ulong page = start; page < end;)
        {
            uint entry = Ledger.At(page);
            if ((entry & PageLedger.Settled) != 0)
            {
                ulong settled = page;
                page = _isObserving && Recorder != null ? RecordSettled(page, end) : page + PageSize.Bytes;
                Debug.Assert(page > settled, "no page is skipped");
                continue;
            }

            ulong stop = page + PageSize.Bytes;
            uint owner = entry & PageLedger.OwnerMask;
            if (owner != 0)
                stop = Ledger.FindOther(stop, end, PageLedger.OwnerMask | PageLedger.Settled, owner);
            ChargeHeap(page, Simulate(page, stop, kind));
            if (kind == AccessKind.Write)
                Settle(page, stop);
            page = stop;
        }
    }

    private void ChargeHeap(ulong page, ulong faults)
    {
        ref uint entry = ref Ledger.At(page);
        if (PageLedger.HasOwner(entry))
        {
            _sites[PageLedger.Owner(entry)].MinorFaults += faults;
            return;
        }

        PageLedger.AddPending(ref entry, (uint)faults);
        AllocatorFaults += faults;
    }

    /// <summary>
    /// Pages that the program uses and the allocator brought in, told once: no fault here, but perhaps under other settings. Answers
    /// the first page behind them.
    /// </summary>
    private ulong RecordSettled(ulong page, ulong end)
    {
        const uint Mask = PageLedger.Settled | PageLedger.Recorded;
        if ((Ledger.At(page) & PageLedger.Recorded) != 0)
            return Ledger.FindOther(page, end, Mask, Mask);
        ulong stop = Ledger.FindOther(page, end, Mask, PageLedger.Settled);
        for (ulong settled = page; settled < stop; settled += PageSize.Bytes)
            Ledger.At(settled) |= PageLedger.Recorded;
        Recorder!.Touched(written: true, page, stop - page);
        return stop;
    }

    /// <summary>Pages that found no frame stay unsettled: the next observation tries again.</summary>
    private void Settle(ulong start, ulong end)
    {
        bool allBacked = !_ranOut && !_sawViolation;
        for (ulong page = start; page < end; page += PageSize.Bytes)
            if (allBacked || Process.StateOf(new VirtualAddress(page)) is PageState.Private or PageState.PrivateHuge)
                Ledger.At(page) |= _isObserving ? PageLedger.Settled | PageLedger.Recorded : PageLedger.Settled;
    }

    /// <summary>Whether the last simulated accesses found no frame for some page.</summary>
    private bool _ranOut;

    /// <summary>Whether they met a page without access: a stray one, above what a heap has opened.</summary>
    private bool _sawViolation;

    /// <summary>Answers the minor faults taken.</summary>
    private ulong Simulate(ulong start, ulong end, AccessKind kind)
    {
        ulong faults = Process.MinorFaults;
        ulong unbacked = Process.UnbackedPages;
        ulong violations = Process.SegmentationFaults;
        Process.AccessRange(new VirtualAddress(start), end - start, kind);
        if (_isObserving && Process.MinorFaults != faults)
            Recorder?.Touched(kind == AccessKind.Write, start, end - start);
        _ranOut = Process.UnbackedPages != unbacked;
        _sawViolation = Process.SegmentationFaults != violations;
        if (_ranOut)
            _findings.Add(Tracing.Session.FindingKind.OutOfFrames, start, Process.UnbackedPages - unbacked);
        return Process.MinorFaults - faults;
    }
}
