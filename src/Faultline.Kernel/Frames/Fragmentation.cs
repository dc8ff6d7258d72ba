// How usable free memory is for larger requests (mm/vmstat.c fill_contig_page_info, unusable_free_index,
// __fragmentation_index; extfrag_for_order, 6.18). All divisions truncate.
//
// n_k free blocks of order k; F = Σ n_k·2^k pages; B = Σ n_k blocks; S = Σ_{k≥o} n_k·2^(k−o) blocks of order o that could be cut.

namespace Faultline.Kernel;

/// <summary>Formulas over the free blocks of one zone, counted by order from 0.</summary>
public static class Fragmentation
{
    /// <summary>Thousandths of the free memory that lie in blocks smaller than the order; 1000 if nothing is free.</summary>
    public static int UnusableIndex(ReadOnlySpan<ulong> blocks, int order)
    {
        (ulong free, _, ulong suitable) = Survey(blocks, order);
        return free == 0 ? 1000 : (int)((free - (suitable << order)) * 1000 / free);
    }

    /// <summary>Why a request would fail, in thousandths: towards 0 for lack of memory, towards 1000 for fragmentation; −1000 if it would succeed, 0 if nothing is free.</summary>
    public static int Index(ReadOnlySpan<ulong> blocks, int order)
    {
        (ulong free, ulong count, ulong suitable) = Survey(blocks, order);
        if (count == 0)
            return 0;
        return suitable != 0 ? -1000 : 1000 - (int)((1000 + free * 1000 / (1UL << order)) / count);
    }

    /// <summary>Per cent of the free memory that lie in blocks smaller than the order.</summary>
    public static int Percent(ReadOnlySpan<ulong> blocks, int order)
    {
        (ulong free, _, ulong suitable) = Survey(blocks, order);
        return free == 0 ? 0 : (int)((free - (suitable << order)) * 100 / free);
    }

    private static (ulong Free, ulong Blocks, ulong Suitable) Survey(ReadOnlySpan<ulong> blocks, int order)
    {
        ulong free = 0, count = 0, suitable = 0;
        for (int k = 0; k < blocks.Length; k++)
        {
            free += blocks[k] << k;
            count += blocks[k];
            if (k >= order)
                suitable += blocks[k] << (k - order);
        }

        return (free, count, suitable);
    }
}
