// Making pages absent (mm/memory.c zap_page_range_single, zap_pte_range, mm/huge_memory.c zap_huge_pmd, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>
    /// Every page of [start, end) becomes absent. Tables stay, but for PTE tables that lie wholly in the range if
    /// <paramref name="reclaimTables"/> (MADV_DONTNEED), and the spares of huge pages.
    /// </summary>
    private void Zap(ulong start, ulong end, bool reclaimTables)
    {
        bool flushed = _tlb.BeginInvalidation(start, end);
        for (ulong at = start; at < end;)
        {
            ulong next = Math.Min(end, (at | (PageTables.PmdBytes - 1)) + 1);
            ulong* pmd = _tables.FindPmd(at);
            if (pmd == null)
                next = Math.Min(end, (at | ((1UL << PageTables.PudShift) - 1)) + 1);
            else if (*pmd != 0)
            {
                if (!flushed)
                    _tlb.InvalidateEntries(at, next);
                ZapUnder(pmd, at, next, reclaimTables);
            }

            at = next;
        }
    }

    private void ZapUnder(ulong* pmd, ulong start, ulong end, bool reclaimTables)
    {
        bool whole = end - start == PageTables.PmdBytes;
        if ((*pmd & Pte.Huge) != 0)
        {
            if (whole)
            {
                ZapHugeLeaf(start, pmd);
                return;
            }

            SplitHugeLeaf(start, pmd);
            if (*pmd == 0)
                return;
        }

        ZapEntries(_tables.Table(*pmd) + PageTables.PteIndex(start), (int)((end - start) >> PageSize.Shift));
        if (whole && reclaimTables && _tables.MovesAndReclaimsTables)
            _tables.FreePteTable(pmd);
    }

    private void ZapHugeLeaf(ulong address, ulong* pmd)
    {
        if ((*pmd & Pte.Special) == 0 && IsCached(Pte.Frame(*pmd)))
        {
            ZapHugeFileLeaf(address, pmd);
            return;
        }

        ulong leaf = *pmd;
        *pmd = 0;
        _tables.GiveTable(_tables.Withdraw(address));
        if ((leaf & Pte.Special) != 0)
        {
            _zeroPages -= HugePages;
            return;
        }

        _resident.Anonymous -= HugePages;
        UnmapHugePage(Pte.Frame(leaf));
    }

    private void ZapEntries(ulong* entry, int count)
    {
        for (ulong* end = entry + count; entry < end;)
        {
            ulong old = *entry;
            if (old == 0)
            {
                entry++;
                continue;
            }

            if ((old & Pte.Special) != 0)
            {
                *entry++ = 0;
                _zeroPages--;
                continue;
            }

            if (Pte.IsSwap(old))
            {
                *entry++ = 0;
                _resident.Swapped--;
                _machine.FreeSwapEntry(_cpu, Pte.SwapSlot(old));
                continue;
            }

            int plain = ZapRun(entry, end);
            if (plain != 0)
            {
                entry += plain;
                continue;
            }

            uint frame = Pte.Frame(old);
            if (IsCached(frame))
            {
                *entry++ = 0;
                UnmapCachedFrame(old);
                continue;
            }

            int run = IsHugePiece(frame) ? PieceRun(entry, end, frame) : 1;
            new Span<ulong>(entry, run).Clear();
            entry += run;
            _resident.Anonymous -= (ulong)run;
            if (IsHugePiece(frame))
                UnmapPieces(frame, run);
            else
                UnmapPage(frame);
        }
    }

    /// <summary>How many PTEs in a row map the pieces of one huge page in their order: they are taken off together.</summary>
    private int PieceRun(ulong* entry, ulong* end, uint frame)
    {
        uint limit = HeadOf(frame) + Migratetypes.PageblockPages;
        int run = 1;
        while (entry + run < end && frame + (uint)run < limit && Pte.IsMapped(entry[run]) && Pte.Frame(entry[run]) == frame + (uint)run)
            run++;
        return run;
    }
}
