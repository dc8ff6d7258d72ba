// Traffic between the per-CPU lists and the buddy system (mm/page_alloc.c rmqueue_bulk, nr_pcp_alloc, free_frozen_page_commit,
// nr_pcp_high, nr_pcp_free, free_pcppages_bulk, 6.18).

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

internal sealed unsafe partial class Zone
{
    /// <summary>One page from a processor's list if that has one; 0 otherwise. The short way through the allocator.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TakeListedPage(int cpu, Migratetype type)
    {
        PerCpuLists* lists = _perCpu + cpu;
        uint pfn = lists->TakeFirst(_frames, (int)type, 0);
        if (pfn != 0)
            lists->FreeCount >>= 1;
        return pfn;
    }

    /// <summary>A block for a processor: from its lists where there are such, else from the buddy system; 0 if there is none.</summary>
    public uint Allocate(int cpu, int order, Migratetype type, AllocationFlags flags)
    {
        uint pfn = 0;
        if (PerCpuLists.Keeps(order))
            pfn = TakeListed(_perCpu + cpu, order, type, flags);
        if (pfn != 0)
            return pfn;
        bool atomic = (flags & AllocationFlags.Atomic) != 0;
        if (atomic && order > 0)
            pfn = TakeSmallest(order, Migratetype.HighAtomic);
        if (pfn == 0)
            pfn = Take(order, type, flags);
        if (pfn == 0 && atomic)
            pfn = TakeSmallest(order, Migratetype.HighAtomic);
        if (pfn != 0 && atomic && order > 0)
            ReserveHighAtomic(pfn);
        return pfn;
    }

    public void FreeListed(int cpu, uint pfn, int order)
    {
        PerCpuLists* lists = _perCpu + cpu;
        Migratetype type = _pageblocks.TypeOf(pfn);
        if (type == Migratetype.HighAtomic)
            type = Migratetype.Movable;
        lists->AllocFactor >>= 1;
        int list = PerCpuLists.ListOf(order, type);
        lists->AddFirst(_frames, pfn, list, order);
        bool highOrders = NoteHighOrder(lists, order);
        if (lists->FreeCount < lists->Batch << PerCpuLists.BatchScaleMax)
            lists->FreeCount += 1 << order;
        int high = HighFor(lists, highOrders);
        if (lists->Count < high)
            return;
        GiveBack(lists, FreeBatch(lists, high, highOrders), list);
        if (BelowHigh && WatermarkAllows(Watermarks.High, 0, Index, AllocationFlags.None))
            BelowHigh = false;
    }

    /// <summary>Empties every processor's lists into the buddy system (drain_all_pages).</summary>
    public void DrainPerCpu()
    {
        for (int cpu = 0; cpu < _cpus; cpu++)
            if (_perCpu[cpu].Count > 0)
                GiveBack(_perCpu + cpu, _perCpu[cpu].Count, 0);
    }

    /// <summary>Pages on the lists of all processors; throws <see cref="InvalidOperationException"/> if they are not sound.</summary>
    public ulong CheckPerCpu()
    {
        ulong pages = 0;
        for (int cpu = 0; cpu < _cpus; cpu++)
            pages += _perCpu[cpu].CheckInvariants(_frames, Range.Name);
        return pages;
    }

    private uint TakeListed(PerCpuLists* lists, int order, Migratetype type, AllocationFlags flags)
    {
        lists->FreeCount >>= 1;
        int list = PerCpuLists.ListOf(order, type);
        if (lists->Head[list] == 0)
        {
            for (int wanted = RefillBatch(lists, order); wanted > 0; wanted--)
            {
                uint pfn = Take(order, type, flags);
                if (pfn == 0)
                    break;
                lists->AddLast(_frames, pfn, list, order);
            }
        }

        return lists->TakeFirst(_frames, list, order);
    }

    private int RefillBatch(PerCpuLists* lists, int order)
    {
        int high = lists->High = Math.Clamp(lists->High, lists->HighMin, lists->HighMax);
        if (high < lists->Batch)
            return 1;
        int batch = order == 0 ? lists->Batch << lists->AllocFactor : lists->Batch;
        if (lists->HighMin != lists->HighMax && !BelowHigh)
            high = lists->High = Math.Min(high + batch, lists->HighMax);
        if (order == 0)
        {
            int most = Math.Max(high - lists->Count - lists->Batch, lists->Batch);
            if (batch <= most && lists->AllocFactor < PerCpuLists.BatchScaleMax)
                lists->AllocFactor++;
            batch = Math.Min(batch, most);
        }

        return batch > 1 ? Math.Max(batch >> order, 2) : batch;
    }

    /// <summary>True when pages of orders 1 to 3 are being freed in a row, which would only fragment memory if kept.</summary>
    private static bool NoteHighOrder(PerCpuLists* lists, int order)
    {
        if (order is 0 or > PerCpuLists.CostlyOrder)
        {
            lists->FreedHighOrder = false;
            return false;
        }

        bool many = lists->FreedHighOrder && lists->FreeCount >= lists->Batch + lists->HighMin / 2;
        lists->FreedHighOrder = true;
        return many;
    }

    private int HighFor(PerCpuLists* lists, bool highOrders)
    {
        int high = lists->High = Math.Clamp(lists->High, lists->HighMin, lists->HighMax);
        if (highOrders)
        {
            lists->High = Math.Max(high - (lists->Batch << PerCpuLists.BatchScaleMax), lists->HighMin);
            return 0;
        }

        if (lists->HighMin == lists->HighMax)
            return high;
        if (BelowHigh)
        {
            lists->High = Math.Max(high - lists->FreeCount, lists->HighMin);
            return Math.Max(lists->Count, lists->HighMin);
        }

        if (lists->Count >= high && high < lists->FreeCount + lists->Batch)
            lists->High = Math.Clamp(lists->FreeCount + lists->Batch, lists->HighMin, lists->HighMax);
        return high;
    }

    private static int FreeBatch(PerCpuLists* lists, int high, bool highOrders)
    {
        if (highOrders)
            return Math.Min(lists->Count, lists->Batch << PerCpuLists.BatchScaleMax);
        if (high < lists->Batch)
            return 1;
        int most = high - lists->Batch;
        return most < lists->Batch ? most : Math.Clamp(lists->FreeCount, lists->Batch, most);
    }

    /// <summary>Hands pages back, list after list starting at the one just freed to, the longest unused first.</summary>
    private void GiveBack(PerCpuLists* lists, int pages, int list)
    {
        pages = Math.Min(pages, lists->Count);
        while (pages > 0)
        {
            while (lists->Head[list] == 0)
                list = (list + 1) % PerCpuLists.Lists;
            int order = PerCpuLists.OrderOf(list);
            while (pages > 0 && lists->Head[list] != 0)
            {
                uint pfn = lists->TakeLast(_frames, list, order);
                _frames[pfn] = default;
                FreeBlock(pfn, order);
                pages -= 1 << order;
            }
        }
    }
}
