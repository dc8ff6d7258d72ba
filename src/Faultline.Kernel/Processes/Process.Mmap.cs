// mmap(2) (mm/mmap.c do_mmap, mm/vma.c mmap_region, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private const Protection KnownProtections = Protection.ReadWrite | Protection.Execute;

    /// <summary>
    /// mmap(2) of anonymous memory, private or shared with the processes that fork makes of this one; answers the start. Length in bytes,
    /// rounded up to pages. EINVAL for length 0, not exactly one of MAP_PRIVATE and MAP_SHARED, or an unaligned MAP_FIXED address; EEXIST for MAP_FIXED_NOREPLACE over a mapping; EPERM below mmap_min_addr;
    /// ENOMEM where there is no room, too many areas, or too much promised.
    /// </summary>
    public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags)
    {
        ThrowIfExited();
        _calls.Mmap++;
        return Map(hint, length, protection, flags, null, 0);
    }

    private SystemCallResult Map(VirtualAddress hint, ulong length, Protection protection, MapFlags flags, OpenFile? file, ulong offset)
    {
        MapFlags sharing = flags & (MapFlags.Private | MapFlags.Shared);
        if (length == 0 || sharing is not (MapFlags.Private or MapFlags.Shared))
            return Fail(Errno.EINVAL);
        ulong rounded = PageSize.Up(length);
        if (rounded == 0 || rounded > _top || _areas.Count >= VmaSet.MaxMapCount)
            return Fail(Errno.ENOMEM);
        bool isFixed = (flags & (MapFlags.Fixed | MapFlags.FixedNoReplace)) != 0;
        Errno error = isFixed ? CheckFixed(hint.Value, rounded, flags) : Errno.None;
        if (error != Errno.None)
            return Fail(error);
        bool anonymousShared = file == null && sharing == MapFlags.Shared;
        ulong? start = isFixed ? hint.Value
            : anonymousShared ? GapSearch.PlaceAnywhere(_areas, _layout, RoundHint(hint.Value), rounded)
            : Place(RoundHint(hint.Value), rounded, file, offset >> PageSize.Shift);
        if (start == null)
            return Fail(Errno.ENOMEM);
        var area = new Vma { Start = start.Value, End = start.Value + rounded, PageOffset = (file == null ? start.Value : offset) >> PageSize.Shift, File = file?.Number ?? 0 };
        area.Flags = AttributesOf(protection, flags, file);
        return MapAt(area, anonymousShared, (flags & MapFlags.Populate) != 0);
    }

    private Errno CheckFixed(ulong start, ulong length, MapFlags flags)
    {
        if ((start & PageSize.Mask) != 0)
            return Errno.EINVAL;
        if (length > _layout.Top || start > _layout.Top - length)
            return Errno.ENOMEM;
        if (start < _layout.MmapMin.Value)
            return Errno.EPERM;
        return (flags & MapFlags.FixedNoReplace) != 0 && !_areas.IsFree(start, start + length) ? Errno.EEXIST : Errno.None;
    }

    /// <summary>A hint below the lowest address means the lowest address; 0 means none (round_hint_to_min).</summary>
    private ulong RoundHint(ulong hint)
    {
        ulong page = PageSize.Down(hint);
        return page != 0 && page < _layout.MmapMin.Value ? _layout.MmapMin.Value : page;
    }

    private VmaFlags AttributesOf(Protection protection, MapFlags flags, OpenFile? file)
    {
        var attributes = (VmaFlags)(protection & KnownProtections);
        bool shared = (flags & MapFlags.Shared) != 0;
        if (shared)
            attributes |= VmaFlags.MayShare | (file is { Access: Protection.Read } ? VmaFlags.NeverWrite : VmaFlags.Shared);
        if ((flags & MapFlags.NoReserve) != 0 && _machine.Options.Overcommit != OvercommitPolicy.Never)
            attributes |= VmaFlags.NoReserve;
        else if (!shared && (attributes & VmaFlags.Write) != 0)
            attributes |= VmaFlags.Accounted;
        if ((flags & MapFlags.Stack) != 0)
            attributes |= VmaFlags.NoHugePage;
        return _locksFuture ? attributes | VmaFlags.Locked : attributes;
    }

    private SystemCallResult MapAt(Vma area, bool anonymousShared, bool populate)
    {
        if ((area.Flags & VmaFlags.Locked) != 0 && !MayLock(LockedPages.Value + area.Pages))
            return Fail(Errno.EAGAIN);
        ulong charge = (area.Flags & VmaFlags.Accounted) != 0 || (anonymousShared && (area.Flags & VmaFlags.NoReserve) == 0) ? area.Pages : 0;
        if (!_areas.MayAdd(3) || (anonymousShared && !_machine.Files.MayCreateShared()) || !TryCharge(charge))
            return Fail(Errno.ENOMEM);
        if (!Unmap(area.Start, area.End))
        {
            _machine.Commit.Uncharge(charge);
            return Fail(Errno.ENOMEM);
        }

        if (anonymousShared)
            ShareAnonymous(ref area, charge);
        ForgetArea();
        _areas.Add(area);
        if (populate && (area.Flags & VmaFlags.AccessMask) != 0)
            AccessRange(new(area.Start), area.End - area.Start, (area.Flags & (VmaFlags.Write | VmaFlags.Shared)) == VmaFlags.Write ? AccessKind.Write : AccessKind.Read);
        if ((area.Flags & VmaFlags.Locked) != 0)
            PopulateLocked(area.Start, area.End);
        return SystemCallResult.Success(new(area.Start));
    }

    /// <summary>The area maps a file in memory, made for it, from its first page on; the file is charged for as a whole.</summary>
    private void ShareAnonymous(ref Vma area, ulong charge)
    {
        OpenFile open = _machine.Files.CreateShared(area.Pages << PageSize.Shift);
        open.Inode.ChargedAtOnce = charge;
        (area.File, area.PageOffset) = (open.Number, 0);
    }

    private bool TryCharge(ulong pages) => pages == 0 || _machine.Commit.TryCharge(pages, _areas.TotalPages);

    private void AddArea(ulong start, ulong length, VmaFlags attributes)
    {
        ForgetArea();
        _areas.Add(new Vma { Start = start, End = start + length, PageOffset = start >> PageSize.Shift, Flags = _locksFuture ? attributes | VmaFlags.Locked : attributes });
        if (_locksFuture)
            PopulateLocked(start, start + length);
    }
}
