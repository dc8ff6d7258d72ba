// Pageblocks set aside for higher-order requests that cannot wait (mm/page_alloc.c reserve_highatomic_pageblock,
// unreserve_highatomic_pageblock, 6.18): after such a request succeeded its pageblock is kept for the next ones, up to 1 % of
// the zone; before giving up on an ordinary request one of them is handed back.

namespace Faultline.Kernel;

internal sealed unsafe partial class Zone
{
    private readonly Stack<uint> _highAtomicBlocks = new();

    public ulong ReservedHighAtomic => (ulong)_highAtomicBlocks.Count * Migratetypes.PageblockPages;

    /// <summary>Turns one reserved pageblock into ordinary memory of the type. False if there is none.</summary>
    public bool UnreserveHighAtomic(Migratetype type)
    {
        if (!_highAtomicBlocks.TryPop(out uint start))
            return false;
        SplitLargest(start & ~((1u << Order.Max) - 1));
        MoveFreeBlocks(start, Migratetype.HighAtomic, type);
        return true;
    }

    private void ReserveHighAtomic(uint pfn)
    {
        ulong percent = Range.Managed / 100;
        ulong most = (percent + Migratetypes.PageblockPages - 1) & ~(ulong)(Migratetypes.PageblockPages - 1);
        Migratetype type = _pageblocks.TypeOf(pfn);
        uint start = pfn & ~(Migratetypes.PageblockPages - 1);
        if (percent < Migratetypes.PageblockPages || ReservedHighAtomic >= most || !Migratetypes.IsMergeable(type))
            return;
        if (start < Range.FirstManaged || start + Migratetypes.PageblockPages > Range.End)
            return;
        MoveFreeBlocks(start, type, Migratetype.HighAtomic);
        _highAtomicBlocks.Push(start);
    }

    /// <summary>Two reserved pageblocks that merged into one free block part again, since only one of them changes its type.</summary>
    private void SplitLargest(uint pfn)
    {
        if (!IsFree(pfn, Order.Max))
            return;
        Free.Remove(pfn, Order.Max, Migratetype.HighAtomic);
        Free.AddFirst(pfn + Migratetypes.PageblockPages, Migratetypes.PageblockOrder, Migratetype.HighAtomic);
        Free.AddFirst(pfn, Migratetypes.PageblockOrder, Migratetype.HighAtomic);
    }
}
