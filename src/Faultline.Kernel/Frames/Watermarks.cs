// How much of a zone is kept back, and how large its per-CPU lists are (mm/page_alloc.c __setup_per_zone_wmarks,
// setup_per_zone_lowmem_reserve, zone_batchsize, zone_highsize; mm/khugepaged.c set_recommended_min_free_kbytes, 6.18).

namespace Faultline.Kernel;

/// <summary>Levels of a zone's free pages: below Low kswapd is woken, below Min ordinary requests fail or reclaim, above High kswapd sleeps.</summary>
public readonly record struct Watermarks(ulong Min, ulong Low, ulong High, ulong Promo)
{
    private const ulong ScaleFactor = 10;
    private const ulong PageKib = 4;

    /// <summary>vm.min_free_kbytes for zones that manage this many pages each.</summary>
    public static ulong MinFreeKbytes(ReadOnlySpan<ulong> managed, bool hugePages)
    {
        ulong pages = Sum(managed);
        ulong kbytes = Math.Clamp(SquareRoot(16 * pages * PageKib), 128, 262144);
        return hugePages ? Math.Max(kbytes, HugePageKbytes(managed, kbytes)) : kbytes;
    }

    /// <summary>The zone's share of min_free_kbytes, and three equal steps above it; the kernel itself needs little of HighMem.</summary>
    public static Watermarks For(ulong managed, ulong managedOfAll, ulong minFreeKbytes, bool highMem = false)
    {
        ulong share = minFreeKbytes / PageKib * managed / managedOfAll;
        ulong min = highMem ? Math.Clamp(managed / 1024, 32, 128) : share;
        ulong step = Math.Max(share / 4, managed * ScaleFactor / 10000);
        return new(min, min + step, min + 2 * step, min + 3 * step);
    }

    /// <summary>
    /// Pages of each zone that a request which could have been served from zone j keeps its hands off: element [i][j], 0 for j ≤ i
    /// (vm.lowmem_reserve_ratio 256 256 32; without DMA32 256 32 0).
    /// </summary>
    public static ulong[][] LowmemReserve(ReadOnlySpan<ulong> managed, bool highMem = false)
    {
        ReadOnlySpan<ulong> ratio = highMem ? [256, 32, 1] : [256, 256, 32];
        var reserve = new ulong[managed.Length][];
        for (int i = 0; i < managed.Length; i++)
        {
            reserve[i] = new ulong[managed.Length];
            ulong above = 0;
            for (int j = i + 1; j < managed.Length; j++)
            {
                above += managed[j];
                reserve[i][j] = managed[i] == 0 ? 0 : above / ratio[i];
            }
        }

        return reserve;
    }

    /// <summary>Pages that a per-CPU list exchanges with the zone at a time.</summary>
    public static int PerCpuBatch(ulong managed)
    {
        ulong batch = Math.Max(Math.Min(managed / 1024, (1UL << 20) >> PageSize.Shift) / 4, 1);
        batch += batch / 2;
        ulong power = 1UL << (63 - System.Numerics.BitOperations.LeadingZeroCount(batch));
        return (int)Math.Max(power - 1, 1);
    }

    /// <summary>Bounds between which a per-CPU list tunes its own limit, pages.</summary>
    public static (int Min, int Max) PerCpuHigh(ulong managed, ulong low, int cpus)
    {
        ulong least = (ulong)PerCpuBatch(managed) << 2;
        return ((int)Math.Max(low / (ulong)cpus, least), (int)Math.Max(managed / 8 / (ulong)cpus, least));
    }

    /// <summary>Room to keep pageblocks of each type apart in each zone, but at most a twentieth of what is free beyond the high watermarks.</summary>
    private static ulong HugePageKbytes(ReadOnlySpan<ulong> managed, ulong kbytes)
    {
        ulong all = Sum(managed), zones = 0, spare = 0;
        foreach (ulong pages in managed)
        {
            ulong high = pages == 0 ? 0 : For(pages, all, kbytes).High;
            zones += pages == 0 ? 0UL : 1;
            spare += pages > high ? pages - high : 0;
        }

        ulong wanted = Migratetypes.PageblockPages * zones * (2 + Migratetypes.PerCpuCount * Migratetypes.PerCpuCount);
        return Math.Min(wanted, spare / 20) * PageKib;
    }

    private static ulong Sum(ReadOnlySpan<ulong> managed)
    {
        ulong sum = 0;
        foreach (ulong pages in managed)
            sum += pages;
        return sum;
    }

    private static ulong SquareRoot(ulong value)
    {
        ulong root = (ulong)Math.Sqrt(value);
        while (root * root > value)
            root--;
        while ((root + 1) * (root + 1) <= value)
            root++;
        return root;
    }
}
