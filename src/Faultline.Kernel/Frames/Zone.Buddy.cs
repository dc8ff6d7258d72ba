// The buddy system (mm/page_alloc.c __free_one_page, __rmqueue_smallest, expand, 6.18). A free block of order n is aligned to its
// size; its buddy is the other half of the block of order n + 1: the frame number with bit n flipped.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

internal sealed unsafe partial class Zone
{
    /// <summary>Gives a block back and merges it with its buddy as long as that is free too.</summary>
    public void FreeBlock(uint pfn, int order)
    {
        Migratetype type = _pageblocks.TypeOf(pfn);
        while (order < Order.Max)
        {
            uint buddy = pfn ^ (1u << order);
            if (!IsFree(buddy, order))
                break;
            Migratetype other = type;
            if (order >= Migratetypes.PageblockOrder && (other = _pageblocks.TypeOf(buddy)) != type)
            {
                if (!Migratetypes.IsMergeable(type) || !Migratetypes.IsMergeable(other))
                    break;
            }

            Free.Remove(buddy, order, other);
            if (other != type)
                _pageblocks.SetRange(buddy, order, type);
            pfn &= ~(1u << order);
            order++;
        }

        if (MergeIsLikely(pfn, order))
            Free.AddLast(pfn, order, type);
        else
            Free.AddFirst(pfn, order, type);
    }

    /// <summary>A block from the smallest order that has one, its unused halves put back; 0 if none.</summary>
    private uint TakeSmallest(int order, Migratetype type)
    {
        for (int current = order; current <= Order.Max; current++)
        {
            uint pfn = Free.First(current, type);
            if (pfn == 0)
                continue;
            Free.Remove(pfn, current, type);
            Expand(pfn, order, current, type);
            return pfn;
        }

        return 0;
    }

    private void Expand(uint pfn, int low, int high, Migratetype type)
    {
        while (high > low)
        {
            high--;
            Free.AddFirst(pfn + (1u << high), high, type);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsFree(uint pfn, int order) => (_frames[pfn].Flags & FrameFlags.Buddy) != 0 && _frames[pfn].Order == order;

    /// <summary>The block's buddy is in use but the next larger pair is nearly whole: put it last, so that it may get the time to merge.</summary>
    private bool MergeIsLikely(uint pfn, int order)
    {
        if (order >= Order.Max - 1)
            return false;
        uint parent = pfn & ~(1u << order);
        return IsFree(parent ^ (1u << (order + 1)), order + 1);
    }
}
