// Reclaiming pages of files (mm/vmscan.c shrink_folio_list, __remove_mapping, 6.18): clean ones are unmapped and leave the cache, a
// shadow in their place. Dirty ones are not written by reclaim: they become active until the flusher has written them, which is
// woken when a whole batch was dirty. Pages of tmpfs go the way of anonymous memory.

namespace Faultline.Kernel;

/// <summary>What became of a page that reclaim looked at.</summary>
internal enum ReclaimResult
{
    /// <summary>It is free.</summary>
    Reclaimed,

    /// <summary>It stays on its list: it was used, or is in someone's hands.</summary>
    Kept,

    /// <summary>It becomes active: it is in use, or cannot be reclaimed now.</summary>
    Activated,

    /// <summary>It is being written; when that is done it can be had.</summary>
    Writing,
}

internal sealed unsafe partial class Reclaimer
{
    private int _dirtyFilePages;

    private int TakeFileReferences(uint pfn, out bool executable)
    {
        Inode file = _machine.Files.Of(_frames[pfn]);
        int references = _machine.Cache.TakeReferences(file, pfn);
        executable = false;
        if (references != 0)
            foreach (FileMapping mapping in _machine.FileMappings.Of(file))
                executable |= (mapping.Flags & VmaFlags.Execute) != 0 && mapping.Holds(_frames[pfn].Index, out _);
        return references;
    }

    private ReclaimResult ReclaimFile(uint pfn, bool onlyClean, ScanControl control)
    {
        ref Frame frame = ref _frames[pfn];
        Inode file = _machine.Files.Of(frame);
        bool hasNoPlace = file.Kind == FileKind.Kernel || (file.Kind == FileKind.Tmpfs && _swap.Free == 0);
        if (hasNoPlace && !control.IgnoresReferences)
            return ReclaimResult.Activated;
        _machine.Cache.UnmapEverywhere(file, pfn);
        if (hasNoPlace)
            return ReclaimResult.Activated;
        if (file.Kind == FileKind.Tmpfs)
            return _machine.Cache.TryMoveToSwap(file, pfn) ? SwapOut(pfn, control) : ReclaimResult.Activated;
        if ((frame.Flags & FrameFlags.Dirty) != 0)
        {
            _dirtyFilePages++;
            return onlyClean ? ReclaimResult.Kept : ReclaimResult.Activated;
        }

        ulong shadow = _workingset.Evict(pfn, TargetOf(control));
        _machine.Cache.Evict(file, frame.Index, shadow);
        _device.Work(NanosecondsPerFree);
        return ReclaimResult.Reclaimed;
    }

    /// <summary>Wakes the flusher if everything that a batch took was dirty.</summary>
    private void WakeFlusher(ulong taken)
    {
        if (taken != 0 && (ulong)_dirtyFilePages == taken)
            foreach (Inode file in _machine.Files.All)
                if (file.Dirty != 0)
                    _machine.Cache.WriteBack(file, 0, PageTree.NoPage - 1);
        _dirtyFilePages = 0;
    }
}
