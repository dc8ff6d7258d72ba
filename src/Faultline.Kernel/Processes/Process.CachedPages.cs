// Mappings of pages of the page cache: put into entries and taken out of them (mm/rmap.c folio_add_file_rmap_ptes,
// folio_remove_rmap_ptes; mm/huge_memory.c __split_huge_pmd for files, 6.18). A 2 MiB leaf counts as a mapping of each of its 512 frames.
// It has no spare PTE table: it is never split but taken out, because its pages can be found again in the cache.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>Whether an entry's frame belongs to the page cache.</summary>
    private bool IsCached(uint frame) => (_frames[frame].Flags & FrameFlags.FileCache) != 0;

    /// <summary>Frames in a row into entries in a row, all of them empty.</summary>
    private void MapCached(ulong* entry, uint first, ulong pages, ulong leaf)
    {
        for (uint i = 0; i < pages; i++)
        {
            entry[i] = Pte.Make(first + i, leaf);
            if (_frames[first + i].MapCount++ == 0)
                _stat[VmEvent.nr_mapped]++;
        }

        AddCached(first, (long)pages);
        NoteResident();
    }

    private void MapHugeFile(ulong* pmd, uint head, ulong leaf)
    {
        *pmd = Pte.Make(head, leaf | Pte.Huge);
        for (uint i = 0; i < PageTables.Entries; i++)
            if (_frames[head + i].MapCount++ == 0)
                _stat[VmEvent.nr_mapped]++;
        AddCached(head, PageTables.Entries);
        NoteResident();
        _stat[VmEvent.nr_file_pmdmapped]++;
        _stat[VmEvent.thp_file_mapped]++;
    }

    /// <summary>An entry that named a cached frame is gone; its dirty and accessed bits are noted at the page.</summary>
    private void UnmapCachedFrame(ulong entry)
    {
        uint pfn = Pte.Frame(entry);
        RemoveMapping(pfn, (entry & Pte.Dirty) != 0, (entry & Pte.Accessed) != 0);
        AddCached(pfn, -1);
    }

    private void ZapHugeFileLeaf(ulong address, ulong* pmd)
    {
        ulong leaf = *pmd;
        uint head = Pte.Frame(leaf);
        *pmd = 0;
        _tables.ForgetLeaf();
        ulong start = address & ~(PageTables.PmdBytes - 1);
        _tlb.Invalidate(start, start + PageTables.PmdBytes);
        for (uint i = 0; i < PageTables.Entries; i++)
            RemoveMapping(head + i, (leaf & Pte.Dirty) != 0, (leaf & Pte.Accessed) != 0);
        AddCached(head, -PageTables.Entries);
        _stat[VmEvent.nr_file_pmdmapped]--;
    }

    private void RemoveMapping(uint pfn, bool dirty, bool accessed)
    {
        ref Frame frame = ref _frames[pfn];
        if (dirty && (frame.Flags & FrameFlags.Dirty) == 0)
            _machine.Cache.MarkDirty(_machine.Files.Of(frame), frame.Index);
        if (accessed && (frame.Flags & FrameFlags.Lru) != 0)
            _lru.MarkAccessed(pfn);
        if (--frame.MapCount == 0)
            _stat[VmEvent.nr_mapped]--;
    }

    private void AddCached(uint pfn, long pages)
    {
        if ((_frames[pfn].Flags & FrameFlags.SwapBacked) != 0)
            _resident.SharedMemory += (ulong)pages;
        else
            _resident.File += (ulong)pages;
    }

    /// <summary>Takes a cached page out of the entry at an address, if it is mapped there.</summary>
    internal void UnmapCached(ulong address, uint pfn)
    {
        ulong* entry = FindMapping(address, pfn);
        if (entry == null)
            return;
        if ((*entry & Pte.Huge) != 0)
        {
            ZapHugeFileLeaf(address, entry);
            return;
        }

        ulong old = *entry;
        *entry = 0;
        _tlb.Invalidate(address, address + PageSize.Bytes);
        UnmapCachedFrame(old);
    }

    /// <summary>The page is being written: the next store at the address must fault.</summary>
    internal void CleanCached(ulong address, uint pfn)
    {
        ulong* entry = FindMapping(address, pfn);
        if (entry == null || (*entry & (Pte.Writable | Pte.Dirty)) == 0)
            return;
        *entry &= ~(Pte.Writable | Pte.Dirty);
        InvalidateMapping(address, *entry);
    }

    /// <summary>Clears the accessed bit of the entry at an address; true if it was set.</summary>
    internal bool TakeAccessed(ulong address, uint pfn)
    {
        ulong* entry = FindMapping(address, pfn);
        if (entry == null || (*entry & Pte.Accessed) == 0)
            return false;
        *entry &= ~Pte.Accessed;
        InvalidateMapping(address, *entry);
        return true;
    }

    /// <summary>The file no longer reaches to these pages: private copies of them go too.</summary>
    internal void ZapTruncated(ulong start, ulong end) => Zap(start, end, reclaimTables: false);

    private ulong* FindMapping(ulong address, uint pfn)
    {
        ulong* entry = _tables.FindEntry(address);
        if (entry == null || !Pte.IsMapped(*entry))
            return null;
        uint mapped = (*entry & Pte.Huge) != 0 ? Pte.Frame(*entry) + (uint)PageTables.PteIndex(address) : Pte.Frame(*entry);
        return mapped == pfn ? entry : null;
    }

    private void InvalidateMapping(ulong address, ulong entry)
    {
        ulong bytes = (entry & Pte.Huge) != 0 ? PageTables.PmdBytes : PageSize.Bytes;
        ulong start = address & ~(bytes - 1);
        _tlb.Invalidate(start, start + bytes);
    }
}
