// Loads and stores. The software TLB answers for present pages; a miss walks the page tables; what they do not allow is a fault.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>Stands for the page above it too, so that page numbers do not wrap: neither can ever be mapped.</summary>
    private const ulong LastPage = ulong.MaxValue - 2 * PageSize.Bytes + 1;

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
        if (last < page || last > LastPage)
            last = LastPage;
        page = Math.Min(page, last);
        if (_tlb.Hardware is { } tlb)
        {
            AccessRangeThroughTlb(tlb, page, last, kind);
            return;
        }

        while (true)
        {
            ulong lastHere = Math.Min(last, page | (PageTables.PmdBytes - PageSize.Bytes));
            AccessWithinTable(page, lastHere, kind);
            if (IsDoomed)
                Die();
            if (lastHere == last || HasExited)
                return;
            page = lastHere + PageSize.Bytes;
        }
    }

    /// <summary>What the page tables hold for the page of an address. Never faults.</summary>
    public PageState StateOf(VirtualAddress page)
    {
        ulong* entry = page.Value >= _top ? null : _tables.FindEntry(page.Value);
        if (entry == null || !Pte.IsMapped(*entry))
            return entry != null && Pte.IsSwap(*entry) ? PageState.Swapped : PageState.Absent;
        bool zero = (*entry & Pte.Special) != 0;
        bool huge = (*entry & Pte.Huge) != 0;
        if (!zero && IsCached(Pte.Frame(*entry)))
            return huge ? PageState.CachedHuge : PageState.Cached;
        if (huge)
            return zero ? PageState.HugeZeroPage : PageState.PrivateHuge;
        return zero ? PageState.ZeroPage : PageState.Private;
    }

    /// <summary>Pages first to last (inclusive, page addresses) under one PMD entry.</summary>
    private void AccessWithinTable(ulong first, ulong last, AccessKind kind)
    {
        ulong page = first;
        while (page <= last && !IsDoomed)
        {
            ulong* entry = page >= _top ? null : _tables.FindEntry(page);
            if (entry == null)
            {
                HandleFault(page, kind, entry);
                page += PageSize.Bytes;
            }
            else if ((*entry & Pte.Huge) == 0)
            {
                AccessEntries(page, last, kind, entry);
                return;
            }
            else if (Pte.Allows(*entry, kind))
            {
                *entry |= Pte.Used(kind);
                return;
            }
            else
            {
                HandleFault(page, kind, entry);
                page += PageSize.Bytes;
            }
        }
    }

    /// <summary>As above where there is a PTE table. A fault fills its entry and never moves the table.</summary>
    private void AccessEntries(ulong page, ulong last, AccessKind kind, ulong* entry)
    {
        while (page <= last && !IsDoomed)
        {
            if (*entry == 0 && SelectArea(page) && _areaFile == null && Permits(_areaFlags, kind))
            {
                ulong end = Math.Min(last, _areaEnd - PageSize.Bytes);
                ulong filled = FillAbsent(page, entry, ((end - page) >> PageSize.Shift) + 1, kind);
                entry += filled;
                page += filled << PageSize.Shift;
                if (page > last)
                    return;
            }

            if (!Pte.Allows(*entry, kind))
                HandleFault(page, kind, entry);
            else if ((*entry & Pte.Used(kind)) != Pte.Used(kind))
                *entry |= Pte.Used(kind);
            entry++;
            page += PageSize.Bytes;
        }
    }

    /// <summary>The out-of-memory killer chose this process while it waited for memory: now that nothing of it is in use it ends.</summary>
    private FaultOutcome Die()
    {
        Exit();
        return FaultOutcome.Killed;
    }

    /// <summary>The same at the end of a system call.</summary>
    private void EndIfDoomed()
    {
        if (IsDoomed && !HasExited)
            Exit();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private FaultOutcome AccessSlow(ulong page, AccessKind kind)
    {
        if (_tlb.Hardware is { } tlb)
            return AccessThroughTlb(tlb, page, kind);
        ulong* entry = page >= _top ? null : _tables.FindEntry(page);
        if (kind == AccessKind.Write && entry != null && TryFillOne(page, entry))
        {
            _tlb.Fill(page, *entry);
            return FaultOutcome.MinorFault;
        }

        FaultOutcome outcome = ServeMiss(page, kind, entry);
        if (outcome is FaultOutcome.None or FaultOutcome.MinorFault or FaultOutcome.MajorFault)
            _tlb.Fill(page, *_tables.FindEntry(page));
        return outcome;
    }

    /// <summary>What the TLB did not grant: the page tables do, or a fault is served. The entry carries the accessed and dirty bits then.</summary>
    private FaultOutcome ServeMiss(ulong page, AccessKind kind, ulong* entry)
    {
        FaultOutcome outcome = FaultOutcome.None;
        if (entry == null || !Pte.Allows(*entry, kind))
        {
            outcome = HandleFault(page, kind, entry);
            if (IsDoomed)
                return Die();
            if (outcome is not (FaultOutcome.MinorFault or FaultOutcome.MajorFault))
                return outcome;
            entry = _tables.FindEntry(page);
        }

        *entry |= Pte.Used(kind);
        return outcome;
    }
}
