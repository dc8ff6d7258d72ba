// Accesses through the modelled translation buffers (MachineOptions.Tlb): a processor looks there first, walks the page tables on a
// miss, setting accessed and dirty bits, and after a fault tries again.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>What translating its accesses took; zeros where the machine does not model it.</summary>
    public TlbCounts Tlb => _tlb.Hardware?.Counts ?? default;

    /// <summary>A page lies elsewhere, or is mapped in another size: modelled buffers must not know it as it was.</summary>
    internal void DropTranslation(ulong page) => _tlb.Hardware?.Invalidate(page, page + PageSize.Bytes);

    private FaultOutcome AccessThroughTlb(ProcessTlb tlb, ulong page, AccessKind kind)
    {
        if (page < _top && tlb.Hits(page, kind))
            return FaultOutcome.None;
        ulong* entry = page >= _top ? null : _tables.FindEntry(page);
        tlb.Walk(entry != null && (*entry & Pte.Huge) != 0);
        FaultOutcome outcome = ServeMiss(page, kind, entry);
        if (HasExited || outcome is not (FaultOutcome.None or FaultOutcome.MinorFault or FaultOutcome.MajorFault))
            return outcome;
        entry = _tables.FindEntry(page);
        bool huge = (*entry & Pte.Huge) != 0;
        if (outcome != FaultOutcome.None)
            tlb.Walk(huge);
        const ulong Writable = Pte.Writable | Pte.Dirty;
        tlb.Fill(page, huge, (*entry & Writable) == Writable);
        return outcome;
    }

    private void AccessRangeThroughTlb(ProcessTlb tlb, ulong page, ulong last, AccessKind kind)
    {
        for (; page <= last && !HasExited; page += PageSize.Bytes)
            AccessThroughTlb(tlb, page, kind);
    }
}
