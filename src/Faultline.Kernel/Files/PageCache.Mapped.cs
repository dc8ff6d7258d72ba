// What is done to a cached page wherever it is mapped (mm/rmap.c try_to_unmap, page_mkclean; mm/memory.c unmap_mapping_pages; mm/truncate.c,
// 6.18).

namespace Faultline.Kernel;

internal sealed unsafe partial class PageCache
{
    /// <summary>Takes a page out of every page table (try_to_unmap). A store that only an entry knew of makes the page dirty.</summary>
    public void UnmapEverywhere(Inode file, uint pfn)
    {
        ulong index = _frames[pfn].Index;
        foreach (FileMapping mapping in _machine.FileMappings.Of(file))
        {
            if (_frames[pfn].MapCount == 0)
                return;
            if (mapping.Holds(index, out ulong address))
                mapping.Process.UnmapCached(address, pfn);
        }
    }

    /// <summary>How many page tables used the page since they were last asked (folio_referenced): their accessed bits are cleared.</summary>
    public int TakeReferences(Inode file, uint pfn)
    {
        int references = 0;
        ulong index = _frames[pfn].Index;
        if (_frames[pfn].MapCount != 0)
            foreach (FileMapping mapping in _machine.FileMappings.Of(file))
                if (mapping.Holds(index, out ulong address) && mapping.Process.TakeAccessed(address, pfn))
                    references++;
        return references;
    }

    /// <summary>
    /// The file ends at <paramref name="size"/> bytes now (truncate(2)): pages past it leave the page tables, copies that processes made of
    /// them too, and the cache.
    /// </summary>
    public void Truncate(Inode file, ulong size)
    {
        ulong before = file.SizeInPages;
        file.Size = size;
        ulong pages = file.SizeInPages;
        if (pages >= before)
            return;
        ZapMappings(file, pages);
        Drop(file, pages, PageTree.NoPage - 1);
    }

    /// <summary>Every page from an index on, mapped or not, dirty or not, is gone.</summary>
    public void Drop(Inode file, ulong from, ulong last)
    {
        for (ulong at = file.Pages.Next(from, last); at != PageTree.NoPage; at = file.Pages.Next(at + 1, last))
        {
            ulong entry = file.Pages[at];
            if (CacheEntry.IsValue(entry))
            {
                ForgetValue(file, at);
                continue;
            }

            uint pfn = CacheEntry.Pfn(entry);
            if (_frames[pfn].MapCount != 0)
                UnmapEverywhere(file, pfn);
            Remove(file, at);
        }
    }

    /// <summary>Takes folios of a range of which no page is mapped or dirty out of the cache (invalidate_mapping_pages); answers how many pages.</summary>
    public ulong DropUnused(Inode file, ulong first, ulong last)
    {
        ulong dropped = 0;
        for (ulong at = file.Pages.Next(first, last); at != PageTree.NoPage; at = file.Pages.Next(at + 1, last))
        {
            if (!CacheEntry.IsPage(file.Pages[at]))
                continue;
            (ulong folio, int order) = FolioOf(file, at);
            ulong end = folio + (1UL << order);
            if (folio >= first && end - 1 <= last && IsUnused(file, folio, end))
                for (ulong page = folio; page < end; page++, dropped++)
                    Remove(file, page);
            at = end - 1;
        }

        return dropped;
    }

    private bool IsUnused(Inode file, ulong first, ulong end)
    {
        const FrameFlags Kept = FrameFlags.Dirty | FrameFlags.Writeback | FrameFlags.Unevictable;
        for (ulong at = first; at < end; at++)
            if (Find(file, at) is var pfn && (_frames[pfn].MapCount != 0 || (_frames[pfn].Flags & Kept) != 0))
                return false;
        return true;
    }

    private void ZapMappings(Inode file, ulong from)
    {
        foreach (FileMapping mapping in _machine.FileMappings.Of(file))
        {
            ulong end = mapping.Offset + ((mapping.End - mapping.Start) >> PageSize.Shift);
            if (end > from)
                mapping.Process.ZapTruncated(mapping.Start + ((Math.Max(from, mapping.Offset) - mapping.Offset) << PageSize.Shift), mapping.End);
        }
    }

    private void ForgetValue(Inode file, ulong index)
    {
        ulong value = CacheEntry.ValueOf(file.Pages[index]);
        file.Pages.Set(index, 0);
        file.Values--;
        if (file.Kind == FileKind.Tmpfs)
        {
            _machine.FreeSwapEntry(0, (uint)value);
            if (file.ChargedAtOnce == 0)
                _machine.Commit.Uncharge(1);
        }

    }
}
