// mmap(2), private and anonymous (mm/mmap.c do_mmap, mm/vma.c mmap_region, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private const Protection KnownProtections = Protection.ReadWrite | Protection.Execute;

    /// <summary>
    /// mmap(2), private and anonymous; answers the start. Length in bytes, rounded up to pages. EINVAL for length 0, anything but
    /// MAP_PRIVATE or an unaligned MAP_FIXED address; EEXIST for MAP_FIXED_NOREPLACE over a mapping; EPERM below mmap_min_addr;
    /// ENOMEM where there is no room, too many areas, or too much promised.
    /// </summary>
    public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags)
    {
        ThrowIfExited();
        _calls.Mmap++;
        if (length == 0 || (flags & (MapFlags.Private | MapFlags.Shared)) != MapFlags.Private)
            return Fail(Errno.EINVAL);
        ulong rounded = PageSize.Up(length);
        if (rounded == 0 || rounded > _top || _areas.Count >= VmaSet.MaxMapCount)
            return Fail(Errno.ENOMEM);
        bool isFixed = (flags & (MapFlags.Fixed | MapFlags.FixedNoReplace)) != 0;
        Errno error = isFixed ? CheckFixed(hint.Value, rounded, flags) : Errno.None;
        if (error != Errno.None)
            return Fail(error);
        ulong? start = isFixed ? hint.Value : GapSearch.Place(_areas, _layout, RoundHint(hint.Value), rounded);
        return start == null ? Fail(Errno.ENOMEM) : MapAt(start.Value, rounded, protection, flags);
    }

    private Errno CheckFixed(ulong start, ulong length, MapFlags flags)
    {
        if ((start & PageSize.Mask) != 0)
            return Errno.EINVAL;
        if (start > _top - length)
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

    private SystemCallResult MapAt(ulong start, ulong length, Protection protection, MapFlags flags)
    {
        VmaFlags attributes = (VmaFlags)(protection & KnownProtections);
        if ((flags & MapFlags.NoReserve) != 0 && _machine.Options.Overcommit != OvercommitPolicy.Never)
            attributes |= VmaFlags.NoReserve;
        else if ((attributes & VmaFlags.Write) != 0)
            attributes |= VmaFlags.Accounted;
        ulong charge = (attributes & VmaFlags.Accounted) != 0 ? length >> PageSize.Shift : 0;
        if (!TryCharge(charge))
            return Fail(Errno.ENOMEM);
        if (!Unmap(start, start + length))
        {
            _machine.Commit.Uncharge(charge);
            return Fail(Errno.ENOMEM);
        }

        AddArea(start, length, attributes);
        if ((flags & MapFlags.Populate) != 0 && (attributes & VmaFlags.AccessMask) != 0)
            AccessRange(new(start), length, (attributes & VmaFlags.Write) != 0 ? AccessKind.Write : AccessKind.Read);
        return SystemCallResult.Success(new(start));
    }

    private bool TryCharge(ulong pages) => pages == 0 || _machine.Commit.TryCharge(pages, _areas.TotalPages);

    private void AddArea(ulong start, ulong length, VmaFlags attributes)
    {
        ForgetArea();
        _areas.Add(new Vma { Start = start, End = start + length, PageOffset = start >> PageSize.Shift, Flags = attributes });
    }
}
