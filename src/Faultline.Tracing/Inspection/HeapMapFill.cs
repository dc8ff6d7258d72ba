using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Inspection;

/// <summary>The second walk of a <see cref="HeapMapBuilder"/>: puts every page into its cell, and tells whose blocks pin pages that are as good as free.</summary>
internal sealed class HeapMapFill(ReplayMachine machine, LiveBlocks blocks, ulong pagesPerCell)
{
    private readonly ulong[] _pages = new ulong[HeapCell.Classes];
    private readonly Dictionary<int, PinnedPages> _pinned = [];
    private readonly List<(ulong Start, ulong End, HeapCell[] Cells)> _heaps = [];
    private readonly HeapPage _page = new();
    private int _heap;
    private ulong _emptyBelow;

    public IReadOnlyList<ulong> Pages => _pages;

    public IReadOnlyDictionary<int, PinnedPages> Pinned => _pinned;

    public ulong LiveResidentBytes { get; private set; }

    public ulong LiveAbsentBytes { get; private set; }

    /// <summary>A heap whose cells <see cref="WalkHeaps"/> fills.</summary>
    public HeapArea AddHeap(HeapAreaKind kind, ulong start, ulong pages)
    {
        HeapCell[] cells = NewCells(pages);
        _heaps.Add((start, start + (pages << PageSize.Shift), cells));
        return new(kind, start, pages, HeapMap.NoSite, cells);
    }

    public void WalkHeaps()
    {
        foreach (HeapChunk chunk in machine.Malloc.WalkHeaps())
        {
            bool live = chunk.Kind == ChunkKind.Live;
            int site = live ? blocks.SiteOf(chunk.Pointer, chunk.Address + chunk.Size) : HeapMap.NoSite;
            ulong end = chunk.Address + chunk.Size;
            for (ulong from = chunk.Address; from < end;)
            {
                if (PageSize.Down(from) != _page.Address)
                    Turn(PageSize.Down(from));
                ulong to = Math.Min(end, _page.Address + PageSize.Bytes);
                _page.Cover(chunk, to - from, site);
                from = to;
            }
        }

        Turn(0);
    }

    public HeapArea AddMapping(ulong start, ulong pages, int site)
    {
        HeapCell[] cells = NewCells(pages);
        for (ulong i = 0; i < pages; i++)
        {
            ref HeapCell cell = ref cells[i / pagesPerCell];
            PageClass kind = CountMapped(start + (i << PageSize.Shift));
            cell.Count(kind);
            cell.LiveBytes += PageSize.Bytes;
            (cell.ChunkAddress, cell.ChunkBytes, cell.Site, cell.LiveChunks) = (start, pages << PageSize.Shift, site, 1);
        }

        return new(HeapAreaKind.Mapping, start, pages, site, cells);
    }

    /// <summary>For mappings that are not shown.</summary>
    public void CountMapping(ulong start, ulong pages)
    {
        for (ulong i = 0; i < pages; i++)
            CountMapped(start + (i << PageSize.Shift));
    }

    private PageClass CountMapped(ulong page)
    {
        PageClass kind = ClassOf(page, live: PageSize.Bytes, free: 0);
        _pages[(int)kind]++;
        AddLive(kind, PageSize.Bytes);
        return kind;
    }

    /// <summary>Done with a page, on to the next; 0 for none.</summary>
    private void Turn(ulong next)
    {
        if (_page.Address != 0)
            Finish();
        _page.Start(next);
    }

    private void Finish()
    {
        while (_page.Address < _heaps[_heap].Start || _page.Address >= _heaps[_heap].End)
        {
            _heap++;
            // What is empty at a heap's end is given back by a trim: nobody pins it.
            _emptyBelow = 0;
        }

        PageClass kind = ClassOf(_page.Address, _page.LiveBytes, _page.FreeBytes);
        _pages[(int)kind]++;
        AddLive(kind, _page.LiveBytes);
        (ulong start, _, HeapCell[] cells) = _heaps[_heap];
        ref HeapCell cell = ref cells[(_page.Address - start >> PageSize.Shift) / pagesPerCell];
        cell.Count(kind);
        _page.PutInto(ref cell);
        CountPinned(kind);
    }

    private void CountPinned(PageClass kind)
    {
        if (kind == PageClass.Empty)
            _emptyBelow++;
        if (_page.LiveBytes == 0)
            return;
        if (_emptyBelow > 0 && _page.FirstSite != HeapMap.NoSite)
            Pin(_page.FirstSite, _emptyBelow, 0);
        _emptyBelow = 0;
        (int site, ulong bytes) = _page.MostOf();
        if (kind == PageClass.Stranded && site != HeapMap.NoSite)
            Pin(site, 1, bytes);
    }

    private void Pin(int site, ulong pages, ulong bytes)
    {
        PinnedPages before = _pinned.GetValueOrDefault(site);
        _pinned[site] = new(before.Pages + pages, before.LiveBytes + bytes);
    }

    private PageClass ClassOf(ulong page, ulong live, ulong free) => machine.Charged.Process.StateOf(new(page)) switch
    {
        PageState.Absent => PageClass.Absent,
        PageState.ZeroPage or PageState.HugeZeroPage => PageClass.ZeroPage,
        PageState.Swapped => PageClass.Swapped,
        _ when live == 0 && free > 0 => PageClass.Empty,
        _ when free > 0 && StrandedPage.Is(live) => PageClass.Stranded,
        _ => free > 0 ? PageClass.HasFree : PageClass.Full,
    };

    private void AddLive(PageClass kind, ulong bytes)
    {
        if (kind >= PageClass.Full)
            LiveResidentBytes += bytes;
        else
            LiveAbsentBytes += bytes;
    }

    private HeapCell[] NewCells(ulong pages)
    {
        var cells = new HeapCell[(pages + pagesPerCell - 1) / pagesPerCell];
        foreach (ref HeapCell cell in cells.AsSpan())
            cell.Site = HeapMap.NoSite;
        return cells;
    }
}
