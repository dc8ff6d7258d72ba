// Moving what is mapped to another address (mm/mremap.c move_page_tables, 6.18): a whole PTE table or huge leaf at a time where
// both addresses are aligned to 2 MiB, else entry by entry.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>No fault, no copy. The TLB is for the caller, who unmaps the old place. False when a table could not be made at the new place; the caller moves back what has moved.</summary>
    private bool MoveEntries(ulong from, ulong to, ulong length)
    {
        _tables.ForgetLeaf();
        for (ulong offset = 0; offset < length;)
        {
            ulong source = from + offset, target = to + offset;
            ulong step = Math.Min(length - offset, Math.Min(ToNextTable(source), ToNextTable(target)));
            ulong* pmd = _tables.FindPmd(source);
            if (pmd != null && *pmd != 0 && !MoveUnder(pmd, source, target, step))
                return false;
            offset += step;
        }

        return true;
    }

    private static ulong ToNextTable(ulong address) => PageTables.PmdBytes - (address & (PageTables.PmdBytes - 1));

    private bool MoveUnder(ulong* pmd, ulong source, ulong target, ulong bytes)
    {
        ulong* targetPmd = _tables.EnsurePmd(target);
        if (targetPmd == null)
            return false;
        if (bytes == PageTables.PmdBytes && *targetPmd == 0 && (_tables.MovesAndReclaimsTables || (*pmd & Pte.Huge) != 0))
        {
            if ((*pmd & Pte.Huge) != 0 && ((*pmd & Pte.Special) != 0 || !IsCached(Pte.Frame(*pmd))))
                _tables.Deposit(target, _tables.Withdraw(source));
            (*targetPmd, *pmd) = (*pmd, 0);
            _tables.ForgetLeaf();
            NoteMovedTable(target, targetPmd);
            return true;
        }

        if ((*pmd & Pte.Huge) != 0)
            SplitHugeLeaf(source, pmd);
        if (*pmd == 0)
            return true;
        ulong* into = _tables.EnsureEntry(target);
        if (into == null)
            return false;
        ulong* entries = _tables.Table(*pmd) + PageTables.PteIndex(source);
        for (ulong i = 0; i < bytes >> PageSize.Shift; i++)
        {
            if (entries[i] == 0)
                continue;
            (into[i], entries[i]) = (entries[i], 0);
            NoteMoved((target >> PageSize.Shift) + i, into[i]);
        }

        return true;
    }

    /// <summary>Linux finds moved pages through their area; here each frame knows its place, so each is told.</summary>
    private void NoteMovedTable(ulong target, ulong* pmd)
    {
        ulong page = target >> PageSize.Shift;
        if ((*pmd & Pte.Huge) != 0)
        {
            NoteMoved(page, *pmd);
            return;
        }

        ulong* entries = _tables.Table(*pmd);
        for (ulong i = 0; i < PageTables.Entries; i++)
            NoteMoved(page + i, entries[i]);
    }

    private void NoteMoved(ulong page, ulong entry)
    {
        if (Pte.IsMapped(entry) && (entry & Pte.Special) == 0 && (_frames[Pte.Frame(entry)].Flags & FrameFlags.FileCache) == 0)
            _machine.ReverseMap.Moved(this, Pte.Frame(entry), page);
    }
}
