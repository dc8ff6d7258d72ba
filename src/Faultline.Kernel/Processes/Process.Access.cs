// Loads and stores. The software TLB answers for present pages; a miss walks the page tables; what they do not allow is a fault.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>One load or store that stays within one page. Never throws.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FaultOutcome Access(VirtualAddress address, AccessKind kind) =>
        _tlb.Hits(address.Value, kind) ? FaultOutcome.None : AccessSlow(PageSize.Down(address.Value), kind);

    /// <summary>Loads or stores over a range of bytes, lowest page first, as a memset or a memcpy makes them. Never throws.</summary>
    public void AccessRange(VirtualAddress start, ulong length, AccessKind kind)
    {
        if (length == 0)
            return;
        ulong page = PageSize.Down(start.Value);
        ulong last = PageSize.Down(start.Value + length - 1);
        if (last < page)
            last = PageSize.Down(ulong.MaxValue);
        while (true)
        {
            ulong lastHere = Math.Min(last, page | (PageTables.PmdBytes - PageSize.Bytes));
            AccessWithinTable(page, lastHere, kind);
            if (lastHere == last)
                return;
            page = lastHere + PageSize.Bytes;
        }
    }

    /// <summary>What the page tables hold for the page of an address. Never faults.</summary>
    public PageState StateOf(VirtualAddress page)
    {
        ulong* entry = HasExited || page.Value >= _layout.Top ? null : _tables.FindEntry(page.Value);
        if (entry == null || !Pte.IsMapped(*entry))
            return PageState.Absent;
        bool zero = (*entry & Pte.Special) != 0;
        if ((*entry & Pte.Huge) != 0)
            return zero ? PageState.HugeZeroPage : PageState.PrivateHuge;
        return zero ? PageState.ZeroPage : PageState.Private;
    }

    /// <summary>Pages first to last (inclusive, page addresses) under one PTE table.</summary>
    private void AccessWithinTable(ulong first, ulong last, AccessKind kind)
    {
        for (ulong page = first; page <= last; page += PageSize.Bytes)
        {
            ulong* entry = first >= _layout.Top || HasExited ? null : _tables.FindEntry(page);
            if (entry == null || !Pte.Allows(*entry, kind))
                HandleFault(page, kind, entry);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private FaultOutcome AccessSlow(ulong page, AccessKind kind)
    {
        ulong* entry = page >= _layout.Top || HasExited ? null : _tables.FindEntry(page);
        if (entry == null || !Pte.Allows(*entry, kind))
        {
            FaultOutcome outcome = HandleFault(page, kind, entry);
            if (outcome != FaultOutcome.MinorFault)
                return outcome;
            _tlb.Fill(page, *_tables.FindEntry(page));
            return outcome;
        }

        _tlb.Fill(page, *entry);
        return FaultOutcome.None;
    }
}
