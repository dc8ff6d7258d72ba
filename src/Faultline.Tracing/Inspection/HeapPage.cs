using Faultline.Libc;

namespace Faultline.Tracing.Inspection;

/// <summary>One page of a heap while the walk goes over its chunks: live and free bytes, and whose.</summary>
internal sealed class HeapPage
{
    private readonly List<(int Site, ulong Bytes)> _sites = [];
    private HeapChunk _largest;
    private int _largestSite;
    private bool _largestIsLive;

    public ulong Address { get; private set; }

    /// <summary>Of live blocks and of the allocator's caches, headers included.</summary>
    public ulong LiveBytes { get; private set; }

    public ulong FreeBytes { get; private set; }

    public uint LiveChunks { get; private set; }

    /// <summary>The site of the lowest live chunk.</summary>
    public int FirstSite { get; private set; }

    public void Start(ulong address)
    {
        Address = address;
        LiveBytes = FreeBytes = 0;
        LiveChunks = 0;
        FirstSite = HeapMap.NoSite;
        _sites.Clear();
        _largest = default;
        _largestSite = HeapMap.NoSite;
        _largestIsLive = false;
    }

    public void Cover(in HeapChunk chunk, ulong bytes, int site)
    {
        if (chunk.Kind == ChunkKind.Fence)
            return;
        bool live = chunk.Kind is ChunkKind.Live or ChunkKind.CacheStructure;
        if (live)
        {
            FirstSite = LiveBytes == 0 ? site : FirstSite;
            LiveBytes += bytes;
            LiveChunks++;
            Add(site, bytes);
        }
        else
        {
            FreeBytes += bytes;
        }

        // A live chunk says more about a page than a larger free one.
        if (_largest.Size != 0 && (live == _largestIsLive ? chunk.Size <= _largest.Size : !live))
            return;
        (_largest, _largestSite, _largestIsLive) = (chunk, site, live);
    }

    /// <summary>The site with most bytes on the page; of equals the one that came first.</summary>
    public (int Site, ulong Bytes) MostOf()
    {
        (int Site, ulong Bytes) most = (HeapMap.NoSite, 0);
        foreach ((int Site, ulong Bytes) entry in _sites)
            most = entry.Bytes > most.Bytes ? entry : most;
        return most;
    }

    public void PutInto(ref HeapCell cell)
    {
        cell.LiveBytes += LiveBytes;
        bool isFirst = cell.ChunkBytes == 0, better = _largestSite != HeapMap.NoSite && (cell.Site == HeapMap.NoSite || _largest.Size > cell.ChunkBytes);
        cell.LiveChunks += LiveChunks;
        if (isFirst || better)
            (cell.ChunkAddress, cell.ChunkBytes, cell.Site) = (_largest.Address, _largest.Size, _largestSite);
    }

    private void Add(int site, ulong bytes)
    {
        for (int i = 0; i < _sites.Count; i++)
            if (_sites[i].Site == site)
            {
                _sites[i] = (site, _sites[i].Bytes + bytes);
                return;
            }

        _sites.Add((site, bytes));
    }
}
