using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.Replay;

/// <summary>
/// One walk over the chunks of all arenas: free bytes, the largest free chunk, resident pages, and stranded ones, of which live
/// chunks (headers included) cover less than a quarter.
/// </summary>
internal struct HeapSummary(ChargedProcess charged)
{
    /// <summary>Live bytes on a page.</summary>
    public const ulong StrandedBelow = PageSize.Bytes / 4;

    private ulong _page;
    private ulong _liveOnPage;

    /// <summary>Bytes of chunks that are free in any way: cached, in a fastbin, binned, or top.</summary>
    public ulong FreeBytes { get; private set; }

    public ulong LargestFreeBytes { get; private set; }

    public ulong ResidentPages { get; private set; }

    public ulong StrandedPages { get; private set; }

    public void Walk(Malloc<ReplayProcess> malloc)
    {
        foreach (HeapChunk chunk in malloc.WalkHeaps())
        {
            Cover(chunk.Address, chunk.Address + chunk.Size, chunk.Kind is ChunkKind.Live or ChunkKind.CacheStructure);
            if (chunk.Kind is ChunkKind.Live or ChunkKind.CacheStructure or ChunkKind.Fence)
                continue;
            FreeBytes += chunk.Size;
            LargestFreeBytes = Math.Max(LargestFreeBytes, chunk.Size);
        }

        FinishPage();
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
            _liveOnPage += live ? stop - start : 0;
            start = stop;
        }
    }

    private void FinishPage()
    {
        if (_page != 0 && charged.IsResident(_page))
        {
            ResidentPages++;
            StrandedPages += _liveOnPage < StrandedBelow ? 1UL : 0;
        }

        _liveOnPage = 0;
    }
}
