// The free blocks of a zone by order and migratetype (struct free_area, include/linux/mmzone.h).
//
// At boot nearly all of memory is free blocks of the largest order, in ascending order. They are not put on the list: the list's
// tail is a range of frames, [_untouched, _untouchedEnd), of which the first block is taken when nothing is before it. So a
// machine of any size is made without touching its frames.

using Faultline.Kernel.Host;

namespace Faultline.Kernel;

/// <summary>Doubly linked lists through <see cref="Frame.Next"/> and <see cref="Frame.Previous"/>; frame 0 is none.</summary>
internal sealed unsafe class FreeLists(Frame* frames, VmStat stat)
{
    private const int Lists = Order.Count * Migratetypes.Count;
    private const uint MaxBlock = 1u << Order.Max;

    private readonly uint[] _head = new uint[Lists];
    private readonly uint[] _tail = new uint[Lists];
    private readonly ulong[] _count = new ulong[Lists];
    private uint _untouched;
    private uint _untouchedEnd;

    /// <summary>Pages in free blocks (nr_free_pages of the zone).</summary>
    public ulong FreePages { get; private set; }

    /// <summary>Those of them in HighAtomic blocks.</summary>
    public ulong FreeHighAtomic { get; private set; }

    /// <summary>Blocks of all migratetypes of one order: a column of /proc/buddyinfo.</summary>
    public ulong Blocks(int order)
    {
        ulong sum = 0;
        for (int type = 0; type < Migratetypes.Count; type++)
            sum += _count[order * Migratetypes.Count + type];
        return sum;
    }

    public ulong Blocks(int order, Migratetype type) => _count[Index(order, type)];

    /// <summary>The first block of a list, or 0.</summary>
    public uint First(int order, Migratetype type)
    {
        int list = Index(order, type);
        if (_head[list] == 0 && _count[list] != 0)
            Materialise(list);
        return _head[list];
    }

    public void AddFirst(uint pfn, int order, Migratetype type)
    {
        int list = Mark(pfn, order, type);
        uint old = _head[list];
        frames[pfn].Next = old;
        frames[pfn].Previous = 0;
        _head[list] = pfn;
        if (old == 0)
            _tail[list] = pfn;
        else
            frames[old].Previous = pfn;
        Count(list, order, type, 1);
    }

    public void AddLast(uint pfn, int order, Migratetype type)
    {
        int list = Mark(pfn, order, type);
        uint old = _tail[list];
        frames[pfn].Previous = old;
        frames[pfn].Next = 0;
        _tail[list] = pfn;
        if (old == 0)
            _head[list] = pfn;
        else
            frames[old].Next = pfn;
        Count(list, order, type, 1);
    }

    public void Remove(uint pfn, int order, Migratetype type)
    {
        int list = Index(order, type);
        (uint next, uint previous) = (frames[pfn].Next, frames[pfn].Previous);
        if (previous == 0)
            _head[list] = next;
        else
            frames[previous].Next = next;
        if (next == 0)
            _tail[list] = previous;
        else
            frames[next].Previous = previous;
        frames[pfn] = default;
        Count(list, order, type, -1);
    }

    /// <summary>All of [start, end), multiples of the largest block, becomes the tail of the Movable list of the largest order.</summary>
    public void AddUntouched(uint start, uint end)
    {
        (_untouched, _untouchedEnd) = (start, end);
        _count[Index(Order.Max, Migratetype.Movable)] += (end - start) / MaxBlock;
        FreePages += end - start;
        stat[VmEvent.nr_free_pages] += end - start;
    }

    public bool IsUntouched(uint pfn) => pfn >= _untouched && pfn < _untouchedEnd;

    public uint UntouchedPages => _untouchedEnd - _untouched;

    /// <summary>Throws <see cref="InvalidOperationException"/> unless links, marks and counts agree; answers the pages found.</summary>
    public ulong CheckInvariants(Pageblocks blocks, ZoneRange zone)
    {
        ulong pages = UntouchedPages;
        for (int list = 0; list < Lists; list++)
        {
            var type = (Migratetype)(list % Migratetypes.Count);
            pages += CheckList(list, list / Migratetypes.Count, type, blocks, zone);
        }

        if (pages != FreePages)
            throw new InvalidOperationException($"{zone.Name}: free lists hold {pages} pages, {FreePages} are counted");
        return pages;
    }

    private ulong CheckList(int list, int order, Migratetype type, Pageblocks blocks, ZoneRange zone)
    {
        ulong found = 0;
        uint previous = 0;
        for (uint pfn = _head[list]; pfn != 0; previous = pfn, pfn = frames[pfn].Next, found++)
        {
            Frame frame = frames[pfn];
            if (frame.Flags != FrameFlags.Buddy || frame.Order != order || frame.Previous != previous || pfn % (1u << order) != 0)
                throw new InvalidOperationException($"{zone.Name}: frame {pfn} on free list {order}/{type} is {frame.Flags}, order {frame.Order}, after {frame.Previous} instead of {previous}");
            if (pfn < zone.FirstManaged || pfn + (1u << order) > zone.End || blocks.TypeOf(pfn) != type)
                throw new InvalidOperationException($"{zone.Name}: free block {pfn} of order {order} lies outside the zone or in a {blocks.TypeOf(pfn)} pageblock, not {type}");
            uint buddy = pfn ^ (1u << order);
            if (order < Order.Max && (frames[buddy].Flags & FrameFlags.Buddy) != 0 && frames[buddy].Order == order && blocks.TypeOf(buddy) == type)
                throw new InvalidOperationException($"{zone.Name}: blocks {pfn} and {buddy} of order {order} are both free and not merged");
        }

        ulong lazy = list == Index(Order.Max, Migratetype.Movable) ? UntouchedPages / MaxBlock : 0;
        if (found + lazy != _count[list] || _tail[list] != previous)
            throw new InvalidOperationException($"{zone.Name}: list {order}/{type} holds {found} + {lazy} blocks, {_count[list]} are counted");
        return found << order;
    }

    private static int Index(int order, Migratetype type) => order * Migratetypes.Count + (int)type;

    private int Mark(uint pfn, int order, Migratetype type)
    {
        frames[pfn].Order = (byte)order;
        frames[pfn].Flags = FrameFlags.Buddy;
        return Index(order, type);
    }

    private void Count(int list, int order, Migratetype type, int sign)
    {
        _count[list] += (ulong)sign;
        ulong pages = (ulong)((long)sign << order);
        FreePages += pages;
        stat[VmEvent.nr_free_pages] += pages;
        if (type == Migratetype.HighAtomic)
            FreeHighAtomic += pages;
    }

    private void Materialise(int list)
    {
        uint pfn = _untouched;
        _untouched += MaxBlock;
        ReservedMemory.Populate(frames + pfn, MaxBlock * (ulong)sizeof(Frame));
        Mark(pfn, Order.Max, Migratetype.Movable);
        _head[list] = _tail[list] = pfn;
    }
}
