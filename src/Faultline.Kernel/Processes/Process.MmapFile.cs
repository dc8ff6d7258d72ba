// mmap(2) of a file, msync(2) (mm/mmap.c do_mmap, mm/msync.c, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>
    /// mmap(2) of an open file from a byte offset on; answers the start. Errors as those of anonymous memory, and: EINVAL for an offset
    /// that is no multiple of a page, EOVERFLOW for one past 2^52, EACCES for a shared writable mapping of a file opened for reading, EBADF
    /// for a closed one. What is mapped past the end of the file answers <see cref="FaultOutcome.BusError"/> when touched.
    /// </summary>
    public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags, OpenFile file, ulong offset)
    {
        ThrowIfExited();
        _calls.Mmap++;
        if (file.IsClosed)
            return Fail(Errno.EBADF);
        if ((offset & PageSize.Mask) != 0)
            return Fail(Errno.EINVAL);
        if (offset >> 52 != 0 || length >> 52 != 0)
            return Fail(Errno.EOVERFLOW);
        bool stores = (flags & MapFlags.Shared) != 0 && (protection & Protection.Write) != 0;
        return stores && file.Access == Protection.Read ? Fail(Errno.EACCES) : Map(hint, length, protection, flags, file, offset);
    }

    /// <summary>
    /// msync(2) with MS_SYNC: dirty pages of the files that the range maps shared are written. EINVAL for an unaligned start, ENOMEM where
    /// part of the range is not mapped; the rest is written.
    /// </summary>
    public SystemCallResult Msync(VirtualAddress start, ulong length)
    {
        ThrowIfExited();
        _calls.Msync++;
        ulong end = start.Value + PageSize.Up(length);
        if ((start.Value & PageSize.Mask) != 0)
            return Fail(Errno.EINVAL);
        if (end < start.Value)
            return Fail(Errno.ENOMEM);
        bool hole = false;
        for (ulong at = start.Value; at < end;)
        {
            int index = _areas.FindIndex(at);
            if (index == _areas.Count || _areas[index].Start >= end)
                return Fail(Errno.ENOMEM);
            Vma area = _areas[index];
            hole |= area.Start > at;
            ulong from = Math.Max(at, area.Start), to = Math.Min(end, area.End);
            if ((area.Flags & VmaFlags.Shared) != 0)
                WriteBack(area.From(from).PageOffset, area.File, to - from);
            at = to;
        }

        return hole ? Fail(Errno.ENOMEM) : SystemCallResult.Success();
    }

    private void WriteBack(ulong first, uint file, ulong bytes) =>
        _machine.Cache.WriteBack(_machine.Files.Opened(file).Inode, first, first + (bytes >> PageSize.Shift) - 1);

    /// <summary>Where a mapping comes to lie that did not ask for a place; <paramref name="offset"/> in pages.</summary>
    private ulong? Place(ulong hint, ulong length, OpenFile? file, ulong offset) => file?.Inode.Kind switch
    {
        null => GapSearch.Place(_areas, _layout, hint, length),
        FileKind.Disk => GapSearch.PlaceFile(_areas, _layout, hint, length, offset << PageSize.Shift),
        _ => GapSearch.PlaceAnywhere(_areas, _layout, hint, length),
    };

    private OpenFile? OpenFileOf(uint number) => number == 0 ? null : _machine.Files.Opened(number);
}
