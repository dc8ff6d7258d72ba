// Giving tables back (mm/memory.c free_pgtables, free_pgd_range; mm/pt_reclaim.c, 6.18). An unmapped range takes with it every
// table whose whole reach lies in the hole that the unmapping leaves, from the end of the area below to the start of the area
// above. MADV_DONTNEED keeps tables, but for a PTE table that it emptied as a whole.

namespace Faultline.Kernel;

internal sealed unsafe partial class PageTables
{
    /// <summary>
    /// Frees tables under [start, end), which maps nothing any more. Nothing is mapped from <paramref name="floor"/> to
    /// <paramref name="ceiling"/> (end of the area below, start of the area above).
    /// </summary>
    public void FreeTables(ulong start, ulong end, ulong floor, ulong ceiling)
    {
        ForgetLeaf();
        FreeBelow(_root, PgdShift, start & ~(_leafSpan - 1), (end + _leafSpan - 1) & ~(_leafSpan - 1), floor, ceiling);
    }

    /// <summary>Frees the PTE table of a PMD entry, all of whose entries are empty.</summary>
    public void FreePteTable(ulong* pmd)
    {
        ForgetLeaf();
        uint frame = Pte.Frame(*pmd);
        *pmd = 0;
        GiveTable(frame);
    }

    /// <summary>The whole user half and the top level; the process is ending. Everything must have been unmapped.</summary>
    public void Destroy()
    {
        _destroying = true;
        FreeTables(0, 1UL << 47, 0, 1UL << 47);
        new Span<ulong>(_root + KernelHalf.FirstEntry, Entries - KernelHalf.FirstEntry).Clear();
        Release(RootFrame);
    }

    private void FreeBelow(ulong* table, int shift, ulong start, ulong end, ulong floor, ulong ceiling)
    {
        ulong reach = 1UL << shift;
        for (ulong at = start & ~(reach - 1); at < end; at += reach)
        {
            ulong* entry = table + ((at >> shift) & (Entries - 1));
            if (*entry == 0 || (*entry & Pte.Huge) != 0)
                continue;
            if (shift > PmdShift)
                FreeBelow(Table(*entry), shift - 9, Math.Max(start, at), Math.Min(end, at + reach), floor, ceiling);
            (ulong first, ulong beyond, bool kept) = ReachOf(at, shift - 9);
            if (kept || first < floor || beyond > ceiling)
                continue;
            uint frame = Pte.Frame(*entry);
            *entry = 0;
            GiveTable(frame);
        }
    }
}
