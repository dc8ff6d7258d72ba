using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Shim.Watching;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

/// <summary>
/// One walk over the heap's chunks: free bytes, the largest free chunk, stranded pages, and on the way the guards of live
/// blocks and the markers of freed ones. Stranded are resident heap pages of which live chunks (headers included) cover
/// less than a quarter; the heap holds on to them for little.
/// </summary>
internal ref struct HeapSurvey
{
    private const ulong StrandedBelow = PageSize.Bytes / 4;

    private readonly WatchedProcess _watched;
    private ulong _page;
    private ulong _liveOnPage;

    public HeapSurvey(WatchedProcess watched) => _watched = watched;

    /// <summary>Bytes of chunks that are free in any way: cached, in a fastbin, binned, or top.</summary>
    public ulong FreeBytes;
    public ulong LargestFreeBytes;
    public ulong StrandedPages;

    /// <summary>Takes the walk. With <paramref name="checkBlocks"/> guards and markers are checked too. Locks the arenas one by one.</summary>
    public void Walk(Malloc<ArenaProcess> malloc, bool checkBlocks)
    {
        foreach (HeapChunk chunk in malloc.WalkHeaps())
        {
            bool isLive = chunk.Kind is ChunkKind.Live or ChunkKind.CacheStructure;
            Cover(chunk.Address, chunk.Address + chunk.Size, isLive);
            if (chunk.Kind is not (ChunkKind.Live or ChunkKind.CacheStructure or ChunkKind.Fence))
            {
                FreeBytes += chunk.Size;
                LargestFreeBytes = Math.Max(LargestFreeBytes, chunk.Size);
            }

            if (checkBlocks)
                Check(malloc, chunk);
        }

        FinishPage();
    }

    private readonly void Check(Malloc<ArenaProcess> malloc, HeapChunk chunk)
    {
        BlockTable blocks = _watched.Blocks;
        if (chunk.Kind == ChunkKind.Live)
        {
            ref BlockTag tag = ref blocks.FindLive(chunk.Address);
            if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref tag))
                blocks.CheckGuardOfOthers(ref tag, chunk.Pointer, chunk.Address + chunk.Size + BlockTable.HeaderBytes);
        }
        else if (chunk.Kind is ChunkKind.Cached or ChunkKind.Fast or ChunkKind.Binned or ChunkKind.Top)
        {
            blocks.CheckMarkers(chunk.Address, chunk.Address + chunk.Size);
        }
    }

    /// <summary>Chunks come in ascending order within a part of the heap.</summary>
    private void Cover(ulong start, ulong end, bool live)
    {
        while (start < end)
        {
            if (PageSize.Down(start) != _page)
            {
                FinishPage();
                _page = PageSize.Down(start);
            }

            ulong stop = Math.Min(end, _page + PageSize.Bytes);
            if (live)
                _liveOnPage += stop - start;
            start = stop;
        }
    }

    private void FinishPage()
    {
        if (_page != 0 && _liveOnPage < StrandedBelow && _watched.IsHeapPageResident(_page))
            StrandedPages++;
        _liveOnPage = 0;
    }
}
