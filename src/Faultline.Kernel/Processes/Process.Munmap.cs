// munmap(2) (mm/vma.c do_vmi_align_munmap, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private readonly List<uint> _unmapped = [];

    /// <summary>
    /// munmap(2): of holes, of several areas, of the middle of one. Length in bytes, rounded up to pages. EINVAL for an unaligned
    /// start, length 0 or a range past the top of the address space; ENOMEM where cutting an area in two would exceed max_map_count.
    /// </summary>
    public SystemCallResult Munmap(VirtualAddress start, ulong length)
    {
        ThrowIfExited();
        _calls.Munmap++;
        ulong rounded = PageSize.Up(length);
        if ((start.Value & PageSize.Mask) != 0 || rounded == 0 || rounded > _top || start.Value > _top - rounded)
            return Fail(Errno.EINVAL);
        return Unmap(start.Value, start.Value + rounded) ? SystemCallResult.Success() : Fail(Errno.ENOMEM);
    }

    /// <summary>False if cutting an area in two would exceed max_map_count, or kernel memory for it ran out; nothing is changed then.</summary>
    private bool Unmap(ulong start, ulong end)
    {
        if (_areas.IsFree(start, end))
            return true;
        if (_areas.IsMiddleOfOne(start, end) && _areas.Count >= VmaSet.MaxMapCount)
            return false;
        if (!_areas.MayAdd(2))
            return false;
        ForgetArea();
        _machine.Commit.Uncharge(_areas.AccountedPages(start, end));
        NoteUnmapping(start, end);
        UnlockLeaving(start, end);
        _areas.RemoveRange(start, end);
        Zap(start, end, reclaimTables: false);
        _tables.FreeTables(start, end, _areas.EndBelow(start), _areas.StartAbove(end, 1UL << 47));
        ReleaseUnmapped();
        return true;
    }

    /// <summary>Remembers which open files the areas of a range map.</summary>
    private void NoteUnmapping(ulong start, ulong end)
    {
        for (int i = _areas.FindIndex(start); i < _areas.Count && _areas[i].Start < end; i++)
            if (_areas[i].File != 0 && !_unmapped.Contains(_areas[i].File))
                _unmapped.Add(_areas[i].File);
    }

    /// <summary>The areas are gone; files that nobody else uses go with them.</summary>
    private void ReleaseUnmapped()
    {
        if (_unmapped.Count == 0)
            return;
        foreach (uint file in _unmapped)
            _machine.Files.Unmapped(file);
        _unmapped.Clear();
    }
}
