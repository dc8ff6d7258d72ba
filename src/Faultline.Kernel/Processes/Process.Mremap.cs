// mremap(2) without MREMAP_FIXED or MREMAP_DONTUNMAP (mm/mremap.c, 6.18): shrink in place, grow in place where there is room
// above, else move.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>
    /// mremap(2) with MREMAP_MAYMOVE when <paramref name="mayMove"/>; answers the address. Lengths in bytes, rounded up to pages.
    /// EINVAL for an unaligned start or a zero length, EFAULT unless one area holds the old range, ENOMEM where there is no room.
    /// </summary>
    public SystemCallResult Mremap(VirtualAddress start, ulong oldLength, ulong newLength, bool mayMove)
    {
        ThrowIfExited();
        _calls.Mremap++;
        ulong oldBytes = PageSize.Up(oldLength), newBytes = PageSize.Up(newLength), from = start.Value;
        if ((from & PageSize.Mask) != 0 || newBytes == 0 || oldBytes == 0)
            return Fail(Errno.EINVAL);
        int index = _areas.Find(from);
        if (index < 0)
            return Fail(Errno.EFAULT);
        if (newBytes <= oldBytes)
            return Shrink(from, oldBytes, newBytes);
        if (oldBytes > _areas[index].End - from)
            return Fail(Errno.EFAULT);
        ulong charge = (_areas[index].Flags & VmaFlags.Accounted) != 0 ? (newBytes - oldBytes) >> PageSize.Shift : 0;
        if (!TryCharge(charge))
            return Fail(Errno.ENOMEM);
        ulong? place = GrowInPlace(index, from + oldBytes, newBytes - oldBytes) ? from : mayMove ? Move(index, from, oldBytes, newBytes) : null;
        if (place is { } to)
        {
            if (LocksPage(to >> PageSize.Shift))
                PopulateLocked(to + oldBytes, to + newBytes);
            return SystemCallResult.Success(new(to));
        }

        _machine.Commit.Uncharge(charge);
        return Fail(Errno.ENOMEM);
    }

    private SystemCallResult Shrink(ulong from, ulong oldBytes, ulong newBytes)
    {
        if (oldBytes > _top - from)
            return Fail(Errno.EINVAL);
        bool done = newBytes == oldBytes || Unmap(from + newBytes, from + oldBytes);
        return done ? SystemCallResult.Success(new(from)) : Fail(Errno.ENOMEM);
    }

    private bool GrowInPlace(int index, ulong end, ulong growth)
    {
        if (end != _areas[index].End || end > _layout.Top || growth > _layout.Top - end || !_areas.IsFree(end, end + growth))
            return false;
        ForgetArea();
        _areas.Extend(index, growth);
        return true;
    }

    /// <summary>The new place, chosen while the old one is still taken so that the two never overlap; null if there is none.</summary>
    private ulong? Move(int index, ulong from, ulong oldBytes, ulong newBytes)
    {
        if (_areas.Count >= VmaSet.MaxMapCount - 3 || newBytes > _top || !_areas.MayAdd(3) || Place(0, newBytes, OpenFileOf(_areas[index].File), _areas[index].From(from).PageOffset) is not { } to)
            return null;
        Vma moved = _areas[index].From(from);
        moved.Start = to;
        moved.End = to + newBytes;
        if (moved.AnonVma == null && moved.File == 0)
            moved.PageOffset = to >> PageSize.Shift;
        ForgetArea();
        if (!MoveEntries(from, to, oldBytes))
        {
            MoveEntries(to, from, oldBytes);
            _tables.FreeTables(to, to + newBytes, _areas.EndBelow(to), _areas.StartAbove(to + newBytes, 1UL << 47));
            return null;
        }

        _areas.Add(moved);
        if ((moved.Flags & VmaFlags.Accounted) != 0)
            _machine.Commit.Recharge(oldBytes >> PageSize.Shift);
        Unmap(from, from + oldBytes);
        return to;
    }
}
