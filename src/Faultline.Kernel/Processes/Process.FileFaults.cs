// Page faults on mapped files (mm/memory.c do_read_fault, do_cow_fault, do_shared_fault, finish_fault; mm/filemap.c filemap_fault;
// mm/shmem.c shmem_fault, 6.18). A page that must be read from a disk makes a major fault: it is read with its neighbours, and the fault
// is tried again, so that it maps its neighbours too.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private OpenFile? _areaFile;
    private ulong _areaOffset;

    /// <summary>Shared memory that need not learn of stores is mapped writable at once.</summary>
    private void SelectFile(in Vma area)
    {
        _areaFile = _machine.Files.Opened(area.File);
        _areaOffset = area.PageOffset;
        const VmaFlags Stored = VmaFlags.Shared | VmaFlags.Write;
        if ((area.Flags & Stored) == Stored && !_areaFile.Inode.WantsWriteNotify)
            _areaLeaf |= Pte.Writable;
    }

    /// <summary>As <see cref="HandleFault"/>, in an area that maps a file.</summary>
    private FaultOutcome HandleFileFault(ulong page, AccessKind kind, ulong* entry)
    {
        if (_tables.EnsurePmd(page) == null)
            return NoFrames();
        if (entry != null && (*entry & Pte.Huge) != 0)
            ZapHugeFileLeaf(page, entry);
        else if (entry != null && *entry != 0)
            return Count(ServeEntry(page, kind, entry));
        FaultOutcome outcome = ServeFile(page, kind);
        if (outcome != FaultOutcome.BusError)
            return Count(outcome);
        BusErrors++;
        return outcome;
    }

    /// <summary>A page that no entry maps.</summary>
    private FaultOutcome ServeFile(ulong page, AccessKind kind)
    {
        Inode file = _areaFile!.Inode;
        ulong index = FileIndexOf(page);
        bool major = false;
        if (kind == AccessKind.Write && (_areaFlags & VmaFlags.Shared) == 0 && !PrepareReverseMap())
            return FaultOutcome.OutOfFrames;
        for (bool again = false; ; again = true)
        {
            if (kind == AccessKind.Read && TryFaultAround(page, index))
                break;
            if (index >= file.SizeInPages)
                return FaultOutcome.BusError;
            bool cached = PageCache.Find(file, index) != FrameAllocator.None;
            bool disk = file.Kind == FileKind.Disk;
            if (disk && !again && (!cached ? ReadForFault(index) : NoteHit(file, index)))
            {
                major |= !cached;
                continue;
            }

            if (!cached && !_machine.Cache.Bring(file, index, this, ref major))
                return FaultOutcome.OutOfFrames;
            if (!FinishFault(page, index, kind))
                return FaultOutcome.OutOfFrames;
            break;
        }

        return major ? FaultOutcome.MajorFault : FaultOutcome.MinorFault;
    }

    /// <summary>Reads the page and what readahead adds; always true, since the fault is tried again after input.</summary>
    private bool ReadForFault(ulong index)
    {
        _machine.Cache.ReadAround(_areaFile!, index, (_areaFlags & VmaFlags.SequentialRead) != 0, (_areaFlags & VmaFlags.RandomRead) != 0, this);
        return true;
    }

    /// <summary>The page is there. True if it was marked, so that more was read ahead and the fault is tried again.</summary>
    private bool NoteHit(Inode file, ulong index)
    {
        ref Readahead state = ref _areaFile!.Readahead;
        if ((_areaFlags & VmaFlags.RandomRead) != 0 || state.Maximum == 0)
            return false;
        state.CountHits(1);
        if (!_machine.Cache.IsMarked(file, index))
            return false;
        _machine.Cache.ReadAhead(_areaFile, index, state.Maximum, this);
        return true;
    }

    /// <summary>Maps a cached page, or a copy of it for a store through a private mapping. False when frames ran out.</summary>
    private bool FinishFault(ulong page, ulong index, AccessKind kind)
    {
        Inode file = _areaFile!.Inode;
        bool write = kind == AccessKind.Write;
        if (write && (_areaFlags & VmaFlags.Shared) == 0)
        {
            ulong* entry = _tables.EnsureEntry(page);
            return entry != null && MapFreshFrame(page, entry);
        }

        if (write)
            _machine.Cache.MarkDirty(file, index);
        bool mapped = MapFolio(file, page, index, write ? _areaLeaf | Pte.Writable | Pte.Dirty : _areaLeaf);
        if (write)
            _machine.Cache.BalanceDirty();
        return mapped;
    }

    /// <summary>The whole folio of a page where it fits, its one page elsewhere.</summary>
    private bool MapFolio(Inode file, ulong page, ulong index, ulong leaf)
    {
        (ulong first, int order) = PageCache.FolioOf(file, index);
        bool whole = file.SizeInPages >= first + (1UL << order);
        if (whole && TryMapHugeFile(page, index, leaf))
            return true;
        ulong* entry = _tables.EnsureEntry(page);
        bool ignored = false;
        if (entry == null || (PageCache.Find(file, index) == FrameAllocator.None && !_machine.Cache.Bring(file, index, this, ref ignored)))
            return false;
        (first, order) = PageCache.FolioOf(file, index);
        ulong before = index - first, pages = 1UL << order;
        if (order != 0 && whole && FolioFits(page, before, pages) && new Span<ulong>(entry - before, (int)pages).IndexOfAnyExcept(0UL) < 0)
            MapCached(entry - before, PageCache.Find(file, first), pages, leaf);
        else
            MapCached(entry, PageCache.Find(file, index), 1, leaf);
        return true;
    }

    /// <summary>All pages of a folio, of which <paramref name="before"/> lie before this one, are in the selected area and under one PTE table.</summary>
    private bool FolioFits(ulong page, ulong before, ulong pages)
    {
        ulong start = page - (before << PageSize.Shift);
        ulong end = start + (pages << PageSize.Shift);
        return before << PageSize.Shift <= page && start >= _areaStart && end <= _areaEnd && start >> PageTables.PmdShift == (end - 1) >> PageTables.PmdShift;
    }

    private ulong FileIndexOf(ulong page) => _areaOffset + ((page - _areaStart) >> PageSize.Shift);

    /// <summary>A store to a cached page that is mapped read-only (do_wp_page).</summary>
    private bool WriteProtectedFile(ulong page, ulong* entry)
    {
        if ((_areaFlags & VmaFlags.Shared) != 0)
        {
            _machine.Cache.MarkDirty(_areaFile!.Inode, FileIndexOf(page));
            *entry |= Pte.Writable | Pte.Dirty;
            _stat[VmEvent.pgreuse]++;
            _machine.Cache.BalanceDirty();
            return true;
        }

        uint copy = PrepareReverseMap() ? TakeOwnFrame(page) : FrameAllocator.None;
        if (copy == FrameAllocator.None)
            return false;
        if (*entry != 0)
            UnmapCachedFrame(*entry);
        *entry = Pte.Make(copy, _areaLeaf | Pte.Writable | Pte.Dirty);
        AddAnonymous(1);
        return true;
    }
}
