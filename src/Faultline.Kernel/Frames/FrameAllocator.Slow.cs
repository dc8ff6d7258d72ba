// When no zone is above its minimum watermark (mm/page_alloc.c __alloc_pages_slowpath, __alloc_pages_direct_reclaim,
// __alloc_pages_direct_compact, should_reclaim_retry, 6.18): compact for larger blocks, reclaim, empty the per-CPU lists, try again
// as long as there is a prospect, and at last kill. For blocks above order 3 one round must do, and nobody is killed.

namespace Faultline.Kernel;

internal sealed unsafe partial class FrameAllocator
{
    private const int MaxRetries = 16;

    private uint AllocateSlowly(int cpu, int order, Migratetype type, AllocationFlags flags, Process? requester)
    {
        bool drained = false;
        bool costly = order > PerCpuLists.CostlyOrder;
        if ((costly || type != Migratetype.Movable) && CompactFor(cpu, order, type, flags, sync: false) is var early and not None)
            return early;
        for (int fruitless = 0; requester is not { IsDoomed: true };)
        {
            ulong freed = ReclaimFor(order, TopFor(type));
            uint pfn = TryZones(cpu, order, type, flags, useMin: true);
            if (pfn == None && !drained)
            {
                Drain(type);
                drained = true;
                pfn = TryZones(cpu, order, type, flags, useMin: true);
            }

            if (pfn == None)
                pfn = CompactFor(cpu, order, type, flags, sync: true);
            if (pfn != None || costly)
                return pfn;
            fruitless = freed != 0 ? 0 : fruitless + 1;
            if (fruitless <= MaxRetries && Machine != null && ReclaimCouldHelp(order, TopFor(type).Index))
                continue;
            if (Machine == null || !Machine.OutOfMemory(OomConstraint.None, order, requester))
                break;
            fruitless = 0;
            drained = false;
        }

        return None;
    }

    /// <summary>Pages that reclaim freed: what it freed of HighMem is no progress for a request that cannot be served from there.</summary>
    private ulong ReclaimFor(int order, Zone top)
    {
        if (Machine == null)
            return 0;
        ulong before = FreeUpTo(top);
        ulong freed = Machine.Reclaimer.ReclaimFor(order);
        return top == _preferred || FreeUpTo(top) > before ? freed : 0;
    }

    private ulong FreeUpTo(Zone top)
    {
        ulong free = 0;
        for (int index = 0; index <= top.Index; index++)
            free += _zones[index].Free.FreePages;
        return free;
    }

    /// <summary>Direct compaction (__alloc_pages_direct_compact): a block that it made, or none.</summary>
    private uint CompactFor(int cpu, int order, Migratetype type, AllocationFlags flags, bool sync)
    {
        if (order == 0 || Machine == null || Machine.Compactor.TryToCompact(order, type, TopFor(type).Index, sync) <= CompactionResult.Deferred)
            return None;
        _stat[VmEvent.compact_stall]++;
        uint pfn = TryZones(cpu, order, type, flags, useMin: true);
        _stat[pfn != None ? VmEvent.compact_success : VmEvent.compact_fail]++;
        if (pfn != None)
            Machine.Compactor.NoteAllocated(ZoneOf(pfn), order);
        return pfn;
    }

    private void Drain(Migratetype type)
    {
        foreach (Zone zone in _zones)
        {
            zone.UnreserveHighAtomic(type);
            zone.DrainPerCpu();
        }
    }

    /// <summary>If everything reclaimable were free, some zone would be above its minimum.</summary>
    private bool ReclaimCouldHelp(int order, int top)
    {
        ulong reclaimable = Machine!.Reclaimer.ReclaimablePages;
        if (reclaimable == 0)
            return false;
        for (int index = top; index >= 0; index--)
            if (_zones[index] is { IsPopulated: true } zone && zone.Free.FreePages + reclaimable > zone.Watermarks.Min + zone.LowmemReserve[top] + (1UL << order))
                return true;
        return false;
    }
}
