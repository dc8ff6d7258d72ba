// Dirty pages and their way to the disk (mm/page-writeback.c folio_mark_dirty, folio_clear_dirty_for_io, domain_dirty_limits,
// balance_dirty_pages, 6.18). The model has no clock, so that writing takes no time: what is written is clean at once. The flusher runs
// when more than vm.dirty_background_ratio of the memory that could be dirty is, and writes whole files, lowest number first, until it is
// below again; so nobody is ever throttled at vm.dirty_ratio, which is only shown. Linux also writes what has been dirty for 30 seconds.

namespace Faultline.Kernel;

internal sealed unsafe partial class PageCache
{
    /// <summary>Memory that could be dirty: free, less what is kept in reserve, and on the LRU lists of files.</summary>
    public ulong DirtyablePages => _stat[VmEvent.nr_free_pages] + _stat[VmEvent.nr_inactive_file] + _stat[VmEvent.nr_active_file];

    public ulong BackgroundThreshold => DirtyablePages * (ulong)Settings.DirtyBackgroundRatio / 100;

    public ulong DirtyThreshold => DirtyablePages * (ulong)Settings.DirtyRatio / 100;

    /// <summary>A page was written to: its whole folio differs from the disk now. Pages of tmpfs are marked, but nothing is to be written.</summary>
    public void MarkDirty(Inode file, ulong index)
    {
        (ulong first, int order) = FolioOf(file, index);
        for (ulong at = first; at < first + (1UL << order); at++)
        {
            ref Frame frame = ref _frames[Find(file, at)];
            if ((frame.Flags & FrameFlags.Dirty) != 0)
                continue;
            frame.Flags |= FrameFlags.Dirty;
            if (file.Kind != FileKind.Disk)
                continue;
            file.Dirty++;
            _stat[VmEvent.nr_dirty]++;
            _stat[VmEvent.nr_dirtied]++;
        }
    }

    /// <summary>Lets the flusher run if too much is dirty (balance_dirty_pages); after each step that dirtied pages.</summary>
    public void BalanceDirty()
    {
        if (_stat[VmEvent.nr_dirty] <= BackgroundThreshold)
            return;
        foreach (Inode file in _machine.Files.All)
        {
            if (file.Dirty != 0)
                WriteBack(file, 0, PageTree.NoPage - 1);
            if (_stat[VmEvent.nr_dirty] <= BackgroundThreshold)
                return;
        }
    }

    /// <summary>Writes the dirty pages of a range of a file to its disk (fsync(2), msync(2), the flusher).</summary>
    public void WriteBack(Inode file, ulong first, ulong last)
    {
        for (ulong at = file.Dirty == 0 ? PageTree.NoPage : file.Pages.Next(first, last);
            at != PageTree.NoPage && file.Dirty != 0;
            at = file.Pages.Next(at + 1, last))
        {
            uint pfn = Find(file, at);
            if (pfn != FrameAllocator.None && (_frames[pfn].Flags & FrameFlags.Dirty) != 0)
                WritePage(file, pfn);
        }
    }

    /// <summary>One page; the next store through any mapping of it faults again, so that the kernel learns of it.</summary>
    public void WritePage(Inode file, uint pfn)
    {
        if (_frames[pfn].MapCount != 0)
            foreach (FileMapping mapping in _machine.FileMappings.Of(file))
                if ((mapping.Flags & VmaFlags.Shared) != 0 && mapping.Holds(_frames[pfn].Index, out ulong address))
                    mapping.Process.CleanCached(address, pfn);
        ForgetDirty(file, pfn);
        _stat[VmEvent.nr_written]++;
        _stat[VmEvent.pgpgout] += PageSize.Bytes >> 10;
    }

    private void ForgetDirty(Inode file, uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        if ((frame.Flags & FrameFlags.Dirty) == 0)
            return;
        frame.Flags &= ~FrameFlags.Dirty;
        if (file.Kind != FileKind.Disk)
            return;
        file.Dirty--;
        _stat[VmEvent.nr_dirty]--;
    }
}
