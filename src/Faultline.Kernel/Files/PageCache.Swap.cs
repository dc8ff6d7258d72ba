// Pages of tmpfs in swap (mm/shmem.c shmem_writeout, shmem_swapin_folio, 6.18). The file's tree names the slot in place of the page, and
// counts as its one user; on its way out and back in the page is in the swap cache, as anonymous memory is.

namespace Faultline.Kernel;

internal sealed unsafe partial class PageCache
{
    /// <summary>An unmapped page leaves the page cache for the swap cache of a slot taken for it; from there reclaim writes and frees it. False if swap is full.</summary>
    public bool TryMoveToSwap(Inode file, uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        ulong index = frame.Index;
        uint slot = _machine.Swap.Free == 0 ? 0 : _machine.Swap.Allocate(0, pfn, frame.Cgroup);
        if (slot == 0)
            return false;
        _machine.Swap.TryDuplicate(slot);
        file.Pages.Set(index, CacheEntry.Value(slot));
        file.Values++;
        CountShared(file, -1);
        frame.Flags = (frame.Flags & ~FrameFlags.FileCache) | FrameFlags.Anonymous | FrameFlags.SwapCache | FrameFlags.Dirty;
        (frame.Mapping, frame.Private) = (0, slot);
        return true;
    }

    /// <summary>Adds the slots that files name to those that page tables name: for checks.</summary>
    public void CountSlots(MappingTally tally)
    {
        foreach (Inode file in _machine.Files.All)
            for (ulong at = file.Pages.Next(0, PageTree.NoPage - 1); at != PageTree.NoPage; at = file.Pages.Next(at + 1, PageTree.NoPage - 1))
                if (file.Kind == FileKind.Tmpfs && CacheEntry.IsValue(file.Pages[at]))
                    tally.CountSlot((uint)CacheEntry.ValueOf(file.Pages[at]));
    }

    /// <summary>Pages of a range of a file that lie in swap.</summary>
    public static ulong SwappedPages(Inode file, ulong first, ulong last)
    {
        ulong pages = 0;
        for (ulong at = file.Values == 0 ? PageTree.NoPage : file.Pages.Next(first, last); at != PageTree.NoPage; at = file.Pages.Next(at + 1, last))
            pages += CacheEntry.IsValue(file.Pages[at]) ? 1UL : 0;
        return pages;
    }

    /// <summary>Pages of a file in memory that lie in swap come back (shmem_unuse); false where memory ran out.</summary>
    public bool Unuse(Inode file, Process caller)
    {
        bool ignored = false;
        for (ulong at = file.Kind != FileKind.Tmpfs || file.Values == 0 ? PageTree.NoPage : file.Pages.Next(0, PageTree.NoPage - 1);
            at != PageTree.NoPage && file.Values != 0; at = file.Pages.Next(at + 1, PageTree.NoPage - 1))
            if (CacheEntry.IsValue(file.Pages[at]) && !BringFromSwap(file, at, caller, ref ignored))
                return false;
        return true;
    }

    private bool BringFromSwap(Inode file, ulong index, Process process, ref bool major)
    {
        uint slot = (uint)CacheEntry.ValueOf(file.Pages[index]);
        uint pfn = _machine.SwapReader.LookupShared(slot);
        if (pfn == FrameAllocator.None)
        {
            pfn = _machine.SwapReader.ReadShared(process, slot);
            major = true;
        }

        if (pfn == FrameAllocator.None)
            return false;
        if ((_frames[pfn].Flags & FrameFlags.Writeback) != 0)
            _machine.Reclaimer.FinishWrites();
        _machine.Swap.Put(slot);
        _machine.Swap.DropCache(slot, 0);
        ref Frame frame = ref _frames[pfn];
        frame.Flags = (frame.Flags & ~(FrameFlags.Anonymous | FrameFlags.SwapCache | FrameFlags.Reclaim)) | FrameFlags.FileCache | FrameFlags.Dirty;
        (frame.Mapping, frame.Private, frame.Index) = (file.Number, 0, index);
        file.Pages.Set(index, CacheEntry.Page(pfn, 0));
        file.Values--;
        CountShared(file, 1);
        return true;
    }

    private void CountShared(Inode file, long pages)
    {
        file.Cached += (ulong)pages;
        _stat[VmEvent.nr_file_pages] += (ulong)pages;
        _stat[VmEvent.nr_shmem] += (ulong)pages;
    }
}
