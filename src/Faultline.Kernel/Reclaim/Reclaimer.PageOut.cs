// Reclaiming pages that were named (mm/vmscan.c reclaim_pages, reclaim_folio_list, 6.18): whether they were used does not count.

namespace Faultline.Kernel;

internal sealed unsafe partial class Reclaimer
{
    /// <summary>Reclaims pages in their order and empties the list. Those that cannot go, or are being written first, are back on their LRU lists.</summary>
    public void PageOut(List<uint> pages)
    {
        if (pages.Count == 0)
            return;
        var control = new ScanControl { IgnoresReferences = true };
        _reclaiming = true;
        EndWrites();
        foreach (uint pfn in pages)
        {
            Lruvec vector = _lru.VectorOf(pfn);
            vector.Remove(pfn);
            _batch.Push(pfn);
            ShrinkBatch(vector, control);
        }

        _device.Unplug();
        _dirtyFilePages = 0;
        _reclaiming = false;
        pages.Clear();
    }
}
