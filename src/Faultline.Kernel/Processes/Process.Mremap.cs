// mremap(2) (mm/mremap.c, 6.18): shrink in place, grow in place where there is room above, else move.

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
        if ((from & PageSize.Mask) != 0 || newBytes == 0 || oldBytes == 0 || from >= _layout.Top)
            return Fail(Errno.EINVAL);
        int index = _areas.Find(from);
        if (index < 0)
            return Fail(Errno.EFAULT);
        if (newBytes <= oldBytes)
            return newBytes == oldBytes || Unmap(from + newBytes, Math.Min(from + oldBytes, _layout.Top)) ? SystemCallResult.Success(start) : Fail(Errno.ENOMEM);
        if (oldBytes > _areas[index].End - from)
            return Fail(Errno.EFAULT);
        bool accounted = (_areas[index].Flags & VmaFlags.Accounted) != 0;
        if (accounted && !_machine.MayCommit((newBytes - oldBytes) >> PageSize.Shift))
            return Fail(Errno.ENOMEM);
        if (GrowInPlace(index, from + oldBytes, newBytes - oldBytes))
            return SystemCallResult.Success(start);
        return mayMove ? Move(index, from, oldBytes, newBytes) : Fail(Errno.ENOMEM);
    }

    private bool GrowInPlace(int index, ulong end, ulong growth)
    {
        ref Vma area = ref _areas[index];
        if (end != area.End || growth > _layout.Top - end || !_areas.IsFree(end, end + growth))
            return false;
        ForgetArea();
        _areas.Extend(index, growth);
        return true;
    }

    /// <summary>The new place is chosen while the old one is still taken, so the two never overlap.</summary>
    private SystemCallResult Move(int index, ulong from, ulong oldBytes, ulong newBytes)
    {
        if (_areas.Count >= VmaSet.MaxMapCount - 3)
            return Fail(Errno.ENOMEM);
        if (newBytes > _layout.Top || GapSearch.Place(_areas, _layout, 0, newBytes) is not { } to)
            return Fail(Errno.ENOMEM);
        Vma moved = _areas[index].From(from);
        moved.Start = to;
        moved.End = to + newBytes;
        if (moved.AnonymousRoot == 0)
            moved.PageOffset = to >> PageSize.Shift;
        ForgetArea();
        if (!MoveEntries(from, to, oldBytes))
        {
            MoveEntries(to, from, oldBytes);
            _tables.FreeTables(to, to + newBytes, _areas.EndBelow(to), _areas.StartAbove(to + newBytes, 1UL << 47));
            return Fail(Errno.ENOMEM);
        }

        _areas.Add(moved);
        Unmap(from, from + oldBytes);
        return SystemCallResult.Success(new(to));
    }

    /// <summary>Moves what is mapped, page by page, without a fault. False when a table could not be made at the new place.</summary>
    private bool MoveEntries(ulong from, ulong to, ulong length)
    {
        _tlb.Invalidate(from, from + length);
        for (ulong offset = 0; offset < length; offset += PageSize.Bytes)
        {
            ulong* source = _tables.FindEntry(from + offset);
            if (source == null || *source == 0)
                continue;
            ulong* leaf = _tables.EnsureLeaf(to + offset);
            if (leaf == null)
                return false;
            leaf[PageTables.PteIndex(to + offset)] = *source;
            *source = 0;
        }

        return true;
    }
}
