// Which blocks keep the heap from shrinking. A page of the heap that is present and of which live chunks use less than a quarter is stranded;
// the live chunk with the most bytes on it holds it, or where none lies on it the next live chunk above, since malloc gives memory back only
// from the top. Pages above the last live chunk are held by nobody. While many blocks are being freed one after the other, pages are stranded
// for a moment and each look finds another holder: a page counts as pinned only where two looks running find it held by the same block.

using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.Replay;

/// <summary>Looks at the heap and remembers the worst look.</summary>
internal sealed class PinningSurvey(ChargedProcess charged, IReadOnlyDictionary<ulong, MeteredBlock> live)
{
    private const ulong StrandedBelow = PageSize.Bytes / 4;

    private Dictionary<ulong, ulong> _before = [];
    private Dictionary<ulong, ulong> _now = [];
    private Dictionary<int, ulong> _pinned = [];
    private Dictionary<int, ulong> _worst = [];
    private readonly List<ulong> _empty = [];
    private ulong _page;
    private ulong _liveOnPage;
    private ulong _mostOnPage;
    private MeteredBlock _holder;
    private ulong _heapPages;
    private ulong _pinnedPages;

    public Pinning Worst { get; private set; }

    public ulong PinnedBy(int site) => _worst.GetValueOrDefault(site);

    public void Look(Malloc<ReplayProcess> malloc, ulong events)
    {
        (_before, _now) = (_now, _before);
        _now.Clear();
        _pinned.Clear();
        _heapPages = _pinnedPages = 0;
        ulong previous = 0;
        foreach (HeapChunk chunk in malloc.WalkHeaps())
        {
            // Another heap begins: what was free at the end of the last one is held by nobody.
            if (chunk.Address != previous)
                FinishPart();
            previous = chunk.Address + chunk.Size;
            bool isLive = chunk.Kind is ChunkKind.Live or ChunkKind.CacheStructure;
            Cover(chunk.Address, previous, isLive, isLive && live.TryGetValue(chunk.Pointer, out MeteredBlock block) ? block : default);
        }

        FinishPart();
        if (_pinnedPages <= Worst.Pages)
            return;
        Worst = new Pinning(_pinnedPages, _heapPages, events);
        (_worst, _pinned) = (_pinned, _worst);
    }

    private void Cover(ulong start, ulong end, bool isLive, MeteredBlock block)
    {
        while (start < end)
        {
            if (PageSize.Down(start) != _page)
            {
                FinishPage();
                _page = PageSize.Down(start);
            }

            ulong stop = Math.Min(end, _page + PageSize.Bytes);
            if (isLive)
                Live(stop - start, block);
            start = stop;
        }
    }

    private void Live(ulong bytes, MeteredBlock block)
    {
        foreach (ulong page in _empty)
            Hold(page, block);
        _empty.Clear();
        _liveOnPage += bytes;
        if (bytes <= _mostOnPage)
            return;
        _mostOnPage = bytes;
        _holder = block;
    }

    private void FinishPage()
    {
        if (_page != 0 && charged.IsResident(_page))
        {
            _heapPages++;
            if (_liveOnPage == 0)
                _empty.Add(_page);
            else if (_liveOnPage < StrandedBelow)
                Hold(_page, _holder);
        }

        _page = _liveOnPage = _mostOnPage = 0;
        _holder = default;
    }

    private void FinishPart()
    {
        FinishPage();
        _empty.Clear();
    }

    /// <summary>The allocator's own structures (no block's number) hold pages too, but no site's.</summary>
    private void Hold(ulong page, MeteredBlock block)
    {
        if (block.Born == 0)
            return;
        _now[page] = block.Born;
        if (_before.GetValueOrDefault(page) != block.Born)
            return;
        _pinnedPages++;
        _pinned[block.Site] = _pinned.GetValueOrDefault(block.Site) + 1;
    }
}
