// A processor's own lists of free pages, so that most requests and frees take no zone lock (struct per_cpu_pages,
// include/linux/mmzone.h, 6.18): one list for each order from 0 to 3 and migratetype, and two for huge pages (order 9).
//
//   list   0   1   2 │ 3   4   5 │ … │ 9  10  11 │  12       13
//   order      0     │     1     │   │     3     │       9
//          U   M   R │ U   M   R │   │ U   M   R │ not M     M

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>The lists of one processor in one zone. First-in ends hold what was freed last and is likely in its cache.</summary>
internal unsafe partial struct PerCpuLists
{
    public const int CostlyOrder = 3;
    public const int Lists = LowOrderLists + 2;

    /// <summary>How often a batch may be doubled (CONFIG_PCP_BATCH_SCALE_MAX).</summary>
    public const int BatchScaleMax = 5;

    private const int LowOrderLists = Migratetypes.PerCpuCount * (CostlyOrder + 1);

    public fixed uint Head[Lists];
    public fixed uint Tail[Lists];

    /// <summary>Pages on all lists.</summary>
    public int Count;

    /// <summary>Above this many pages some go back; tunes itself between <see cref="HighMin"/> and <see cref="HighMax"/>.</summary>
    public int High;
    public int HighMin;
    public int HighMax;
    public int Batch;

    /// <summary>Doublings of the next refill: grows while pages are only taken.</summary>
    public int AllocFactor;

    /// <summary>Pages freed in a row: large frees go back in large batches.</summary>
    public int FreeCount;
    public bool FreedHighOrder;

    public static bool Keeps(int order) => order is <= CostlyOrder or Migratetypes.PageblockOrder;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ListOf(int order, Migratetype type) => order > CostlyOrder
        ? LowOrderLists + (type == Migratetype.Movable ? 1 : 0)
        : Migratetypes.PerCpuCount * order + (int)type;

    public static int OrderOf(int list) => list >= LowOrderLists ? Migratetypes.PageblockOrder : list / Migratetypes.PerCpuCount;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TakeFirst(Frame* frames, int list, int order)
    {
        uint pfn = Head[list];
        if (pfn == 0)
            return 0;
        uint next = frames[pfn].Next;
        Head[list] = next;
        if (next == 0)
            Tail[list] = 0;
        else
            frames[next].Previous = 0;
        Count -= 1 << order;
        return pfn;
    }

    public void AddFirst(Frame* frames, uint pfn, int list, int order)
    {
        uint old = Head[list];
        frames[pfn].SetBlock(FrameFlags.PerCpu, old, 0, order);
        Head[list] = pfn;
        if (old == 0)
            Tail[list] = pfn;
        else
            frames[old].Previous = pfn;
        Count += 1 << order;
    }

    public void AddLast(Frame* frames, uint pfn, int list, int order)
    {
        uint old = Tail[list];
        frames[pfn].SetBlock(FrameFlags.PerCpu, 0, old, order);
        Tail[list] = pfn;
        if (old == 0)
            Head[list] = pfn;
        else
            frames[old].Next = pfn;
        Count += 1 << order;
    }

    public uint TakeLast(Frame* frames, int list, int order)
    {
        uint pfn = Tail[list];
        uint previous = frames[pfn].Previous;
        Tail[list] = previous;
        if (previous == 0)
            Head[list] = 0;
        else
            frames[previous].Next = 0;
        Count -= 1 << order;
        return pfn;
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> unless links, marks and the count agree; answers the pages found.</summary>
    public ulong CheckInvariants(Frame* frames, string zone)
    {
        int pages = 0;
        for (int list = 0; list < Lists; list++)
        {
            uint previous = 0;
            for (uint pfn = Head[list]; pfn != 0; previous = pfn, pfn = frames[pfn].Next, pages += 1 << OrderOf(list))
                if (frames[pfn].Flags != FrameFlags.PerCpu || frames[pfn].Previous != previous || frames[pfn].Order != OrderOf(list))
                    throw new InvalidOperationException($"{zone}: frame {pfn} on per-CPU list {list} is {frames[pfn].Flags}, order {frames[pfn].Order}, after {frames[pfn].Previous} instead of {previous}");
            if (Tail[list] != previous)
                throw new InvalidOperationException($"{zone}: per-CPU list {list} ends at {previous}, not {Tail[list]}");
        }

        if (pages != Count)
            throw new InvalidOperationException($"{zone}: per-CPU lists hold {pages} pages, {Count} are counted");
        return (ulong)pages;
    }
}
