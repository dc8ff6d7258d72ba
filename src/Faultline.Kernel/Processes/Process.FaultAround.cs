// One read fault maps what is cached around it (mm/memory.c do_fault_around; mm/filemap.c filemap_map_pages, filemap_map_folio_range,
// 6.18). The window is fault_around_bytes, aligned, and ends with the area, the PTE table and the file.
//
//   PTE table   │····├───────────────┤····│
//   area           └─┼──────────────────────────
//   cached        ░░░░  ░░░░░░ ░░░░░░░░         mapped: those in the window; a large folio whole, even where it reaches out of it

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>True if the page itself is mapped afterwards.</summary>
    private bool TryFaultAround(ulong page, ulong index)
    {
        Inode file = _areaFile!.Inode;
        ulong window = _machine.Options.Files.FaultAroundPages;
        if (window <= 1 || file.Size == 0)
            return false;
        ulong at = (ulong)PageTables.PteIndex(page), inArea = (page - _areaStart) >> PageSize.Shift;
        ulong from = Math.Max(at & ~(window - 1), at - Math.Min(at, inArea));
        ulong to = Math.Min(Math.Min(from + window, PageTables.Entries), at + ((_areaEnd - page) >> PageSize.Shift)) - 1;
        ulong fileEnd = file.SizeInPages - 1;
        ulong last = Math.Min(index + to - at, fileEnd);
        ulong first = NextMappable(file, index - (at - from), last);
        if (first == PageTree.NoPage)
            return false;
        ulong* pmd = _tables.EnsurePmd(page);
        if (pmd == null)
            return false;
        (ulong folio, int order) = PageCache.FolioOf(file, first);
        bool inside = file.Kind == FileKind.Tmpfs || fileEnd >= folio + (1UL << order);
        if (inside && TryMapHugeFile(page, first, _areaLeaf))
            return true;
        if (*pmd == 0 && !inside)
            return false;
        ulong* entry = _tables.EnsureEntry(page);
        return entry != null && MapWindow(entry, page, index, first, last, fileEnd);
    }

    private bool MapWindow(ulong* entry, ulong page, ulong index, ulong first, ulong last, ulong fileEnd)
    {
        Inode file = _areaFile!.Inode;
        uint seen = 0;
        for (ulong next = first; next != PageTree.NoPage && next <= last; next = NextMappable(file, next, last))
        {
            (ulong folio, int order) = PageCache.FolioOf(file, next);
            ulong end = folio + (1UL << order);
            ulong pageOfNext = page + ((next - index) << PageSize.Shift);
            (ulong start, ulong stop) = order != 0 && fileEnd >= end && FolioFits(pageOfNext, next - folio, end - folio)
                ? (folio, end)
                : (next, Math.Min(end, last + 1));
            seen += (uint)(stop - start);
            for (ulong each = start; each < stop; each++)
                if (entry[(long)(each - index)] == 0)
                    MapCached(entry + (long)(each - index), PageCache.Find(file, each), 1, _areaLeaf);
            next = end;
        }

        _areaFile.Readahead.CountHits(seen);
        return *entry != 0;
    }

    /// <summary>The next cached page that may be mapped without being asked for: those that readahead marked wait for their own fault.</summary>
    private ulong NextMappable(Inode file, ulong from, ulong last)
    {
        for (ulong at = file.Pages.Next(from, last); at != PageTree.NoPage; at = file.Pages.Next(at + 1, last))
            if (PageCache.Find(file, at) != FrameAllocator.None && !_machine.Cache.IsMarked(file, at))
                return at;
        return PageTree.NoPage;
    }

    /// <summary>A folio of 2 MiB that lies in the area as in the file is mapped by one leaf, if nothing is mapped there yet (do_set_pmd).</summary>
    private bool TryMapHugeFile(ulong page, ulong index, ulong leaf)
    {
        (ulong first, int order) = PageCache.FolioOf(_areaFile!.Inode, index);
        ulong start = page & ~(PageTables.PmdBytes - 1);
        if (order != Migratetypes.PageblockOrder || (_areaFlags & VmaFlags.NoHugePage) != 0 || start < _areaStart || start + PageTables.PmdBytes > _areaEnd || FileIndexOf(start) != first)
            return false;
        ulong* pmd = _tables.EnsurePmd(page);
        uint head = PageCache.Find(_areaFile.Inode, first);
        if (pmd == null || *pmd != 0 || head == FrameAllocator.None)
            return false;
        _tables.ForgetLeaf();
        MapHugeFile(pmd, head, leaf);
        return true;
    }
}
