using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.Session;

/// <summary>Whether a process has a frame for a page.</summary>
public interface IPageResidence
{
    bool IsResident(ulong page);
}

/// <summary>
/// What the chunks of all arenas say about the heap's pages, added in the order of a heap walk: free bytes, the largest free chunk, resident pages,
/// and stranded ones, of which live chunks (headers included) cover less than a quarter; the heap holds on to them for little.
/// </summary>
public struct HeapPages<TResidence>(TResidence residence)
    where TResidence : struct, IPageResidence
{
    private ulong _page;
    private ulong _liveOnPage;

    /// <summary>Bytes of chunks that are free in any way: cached, in a fastbin, binned, or top.</summary>
    public ulong FreeBytes { get; private set; }

    public ulong LargestFreeBytes { get; private set; }

    public ulong ResidentPages { get; private set; }

    public ulong StrandedPages { get; private set; }

    /// <summary>Chunks come in ascending order within a part of the heap.</summary>
    public void Add(HeapChunk chunk)
    {
        Cover(chunk.Address, chunk.Address + chunk.Size, chunk.Kind is ChunkKind.Live or ChunkKind.CacheStructure);
        if (chunk.Kind is ChunkKind.Live or ChunkKind.CacheStructure or ChunkKind.Fence)
            return;
        FreeBytes += chunk.Size;
        LargestFreeBytes = Math.Max(LargestFreeBytes, chunk.Size);
    }

    /// <summary>After the last chunk.</summary>
    public void Finish()
    {
        if (_page != 0 && residence.IsResident(_page))
        {
            ResidentPages++;
            StrandedPages += StrandedPage.Is(_liveOnPage) ? 1UL : 0;
        }

        _liveOnPage = 0;
    }

    private void Cover(ulong start, ulong end, bool live)
    {
        while (start < end)
        {
            if (PageSize.Down(start) != _page)
            {
                Finish();
                _page = PageSize.Down(start);
            }

            ulong stop = Math.Min(end, _page + PageSize.Bytes);
            _liveOnPage += live ? stop - start : 0;
            start = stop;
        }
    }
}

/// <summary>A resident page that the heap holds for little.</summary>
public static class StrandedPage
{
    private const ulong LiveBelow = PageSize.Bytes / 4;

    public static bool Is(ulong liveBytes) => liveBytes < LiveBelow;
}
