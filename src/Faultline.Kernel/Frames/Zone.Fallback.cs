// What happens when a migratetype has no block left (mm/page_alloc.c __rmqueue, __rmqueue_claim, __rmqueue_steal, 6.18).
// Claiming takes the largest foreign block and, if most of its pageblock fits, turns the pageblock over; stealing takes the
// smallest and leaves the pageblock as it is.

namespace Faultline.Kernel;

internal sealed unsafe partial class Zone
{
    /// <summary>A block of the order for the migratetype, by fallback if need be; 0 if none.</summary>
    private uint Take(int order, Migratetype type, AllocationFlags flags)
    {
        uint pfn = TakeSmallest(order, type);
        if (pfn == 0 && type != Migratetype.HighAtomic)
            pfn = Claim(order, type, flags);
        if (pfn == 0 && (flags & AllocationFlags.NoFragment) == 0)
            pfn = Steal(order, type);
        return pfn;
    }

    private uint Claim(int order, Migratetype type, AllocationFlags flags)
    {
        int least = (flags & AllocationFlags.NoFragment) != 0 ? Math.Max(order, Migratetypes.PageblockOrder) : order;
        for (int current = Order.Max; current >= least; current--)
        {
            if (!WorthClaiming(current, type))
                return 0;
            if (FindFallback(current, type, out Migratetype from) is var found and not 0
                && TryClaim(found, current, order, type, from) is var pfn and not 0)
                return pfn;
        }

        return 0;
    }

    private uint Steal(int order, Migratetype type)
    {
        for (int current = order; current <= Order.Max; current++)
        {
            uint pfn = FindFallback(current, type, out Migratetype from);
            if (pfn == 0)
                continue;
            Free.Remove(pfn, current, from);
            Expand(pfn, order, current, from);
            return pfn;
        }

        return 0;
    }

    /// <summary>Small movable requests do not spoil a foreign pageblock for long, so they do not turn it over.</summary>
    private static bool WorthClaiming(int order, Migratetype type) =>
        order >= Migratetypes.PageblockOrder / 2 || type is Migratetype.Unmovable or Migratetype.Reclaimable;

    private uint FindFallback(int order, Migratetype type, out Migratetype from)
    {
        foreach (Migratetype candidate in Migratetypes.Fallbacks(type))
        {
            from = candidate;
            if (Free.First(order, candidate) is var pfn and not 0)
                return pfn;
        }

        from = type;
        return 0;
    }

    private uint TryClaim(uint pfn, int current, int order, Migratetype type, Migratetype from)
    {
        if (current >= Migratetypes.PageblockOrder)
        {
            Free.Remove(pfn, current, from);
            _pageblocks.SetRange(pfn, current, type);
            Expand(pfn, order, current, type);
            return pfn;
        }

        uint start = pfn & ~(Migratetypes.PageblockPages - 1);
        if (start < Range.Start || start + Migratetypes.PageblockPages > Range.End)
            return 0;
        (uint free, uint movable) = Survey(start);
        uint alike = type == Migratetype.Movable ? movable
            : from == Migratetype.Movable ? Migratetypes.PageblockPages - (free + movable) : 0;
        if (free + alike < Migratetypes.PageblockPages / 2)
            return 0;
        MoveFreeBlocks(start, from, type);
        return TakeSmallest(order, type);
    }

    /// <summary>How many pages of a pageblock are free, and how many hold what could be moved.</summary>
    private (uint Free, uint Movable) Survey(uint start)
    {
        uint free = 0, movable = 0;
        for (uint pfn = start; pfn < start + Migratetypes.PageblockPages;)
        {
            ref Frame frame = ref _frames[pfn];
            uint pages = (frame.Flags & (FrameFlags.Buddy | FrameFlags.Allocated)) != 0 ? 1u << frame.Order : 1;
            if ((frame.Flags & FrameFlags.Buddy) != 0)
                free += pages;
            else if ((frame.Flags & FrameFlags.Anonymous) != 0)
                movable += pages;
            pfn += pages;
        }

        return (free, movable);
    }

    private void MoveFreeBlocks(uint start, Migratetype from, Migratetype to)
    {
        for (uint pfn = start; pfn < start + Migratetypes.PageblockPages;)
        {
            ref Frame frame = ref _frames[pfn];
            int order = frame.Order;
            bool free = (frame.Flags & FrameFlags.Buddy) != 0;
            if (free)
            {
                Free.Remove(pfn, order, from);
                Free.AddFirst(pfn, order, to);
            }

            pfn += free ? 1u << order : 1;
        }

        _pageblocks.SetType(start, to);
    }
}
