// A zone of physical memory (struct zone, include/linux/mmzone.h): its limits, its free blocks, its processors' lists.

using Faultline.Kernel.Host;

namespace Faultline.Kernel;

/// <summary>One zone. The buddy system, the fallback between migratetypes and the per-CPU lists are in the other files of this class.</summary>
internal sealed unsafe partial class Zone : IDisposable
{
    private readonly Frame* _frames;
    private readonly Pageblocks _pageblocks;
    private readonly ReservedMemory _perCpuMemory;
    private readonly PerCpuLists* _perCpu;
    private readonly int _cpus;

    public Zone(int index, ZoneRange range, Frame* frames, Pageblocks pageblocks, int cpus, VmStat stat)
    {
        Index = index;
        Range = range;
        EventOffset = range.IsHighMem ? 3 : range.Name == "Normal" ? 2 : index;
        _frames = frames;
        _pageblocks = pageblocks;
        _cpus = cpus;
        _perCpuMemory = new ReservedMemory((ulong)(cpus * sizeof(PerCpuLists)));
        _perCpu = (PerCpuLists*)_perCpuMemory.Start;
        Free = new FreeLists(frames, stat);
        FreeAtBoot();
    }

    public int Index { get; }

    public ZoneRange Range { get; }

    /// <summary>Its place among the counters pgalloc_dma, pgalloc_dma32, pgalloc_normal, pgalloc_high.</summary>
    public int EventOffset { get; }

    public FreeLists Free { get; }

    public Watermarks Watermarks { get; private set; }

    /// <summary>Pages kept from requests that could have been served from a higher zone, by that zone's index.</summary>
    public ulong[] LowmemReserve { get; private set; } = [];

    /// <summary>Free pages have been below the high watermark: per-CPU lists shrink instead of growing.</summary>
    public bool BelowHigh { get; set; }

    /// <summary>With more free pages than this a single page can be taken without any other check.</summary>
    public ulong FastMark => Watermarks.High + Free.FreeHighAtomic;

    public PerCpuLists* ListsFor(int cpu) => _perCpu + cpu;

    /// <summary>A copy of a processor's lists, to look at.</summary>
    public PerCpuLists ListsOf(int cpu) => _perCpu[cpu];

    public bool IsPopulated => Range.Managed != 0;

    public void SetLimits(Watermarks watermarks, ulong[] reserve)
    {
        Watermarks = watermarks;
        LowmemReserve = reserve;
        (int min, int max) = Watermarks.PerCpuHigh(Range.Managed, watermarks.Low, _cpus);
        for (int cpu = 0; cpu < _cpus; cpu++)
            _perCpu[cpu] = new PerCpuLists { Batch = Watermarks.PerCpuBatch(Range.Managed), HighMin = min, HighMax = max, High = min };
    }

    /// <summary>mm/page_alloc.c __zone_watermark_ok: enough would be left, and a block large enough exists.</summary>
    public bool WatermarkAllows(ulong mark, int order, int requestZone, AllocationFlags flags)
    {
        bool reserves = (flags & AllocationFlags.Atomic) != 0;
        ulong unusable = (1UL << order) - 1 + (reserves ? 0 : Free.FreeHighAtomic);
        ulong least = (reserves ? mark - mark / 2 - (mark - mark / 2) / 4 : mark) + LowmemReserve[requestZone];
        if (Free.FreePages <= unusable + least)
            return false;
        if (order == 0)
            return true;
        for (int at = order; at <= Order.Max; at++)
            if (Free.Blocks(at) > (reserves ? 0 : Free.Blocks(at, Migratetype.HighAtomic)))
                return true;
        return false;
    }

    public void Dispose() => _perCpuMemory.Dispose();

    /// <summary>The ends of the zone that are no whole largest blocks go on the lists, the rest stays untouched.</summary>
    private void FreeAtBoot()
    {
        const uint Max = 1u << Order.Max;
        if (Range.Start % Migratetypes.PageblockPages != 0)
            _pageblocks.SetType(Range.Start, Migratetype.Unmovable);
        uint first = (Range.FirstManaged + Max - 1) & ~(Max - 1);
        uint last = Range.End & ~(Max - 1);
        if (first >= last)
        {
            FreeRange(Range.FirstManaged, Range.End);
            return;
        }

        FreeRange(Range.FirstManaged, first);
        Free.AddUntouched(first, last);
        FreeRange(last, Range.End);
    }

    private void FreeRange(uint start, uint end)
    {
        while (start < end)
        {
            int order = Math.Min(Order.Max, Math.Min(System.Numerics.BitOperations.TrailingZeroCount(start), System.Numerics.BitOperations.Log2(end - start)));
            Free.AddLast(start, order, _pageblocks.TypeOf(start));
            start += 1u << order;
        }
    }
}
