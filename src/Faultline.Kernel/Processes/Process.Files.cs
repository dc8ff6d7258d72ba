// read(2), write(2), fsync(2) and posix_fadvise(2) (mm/filemap.c, mm/fadvise.c, 6.18), by offset: there are no file positions.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>pread(2): the page cache is filled, with what readahead adds. Answers the bytes read, 0 at the end of the file; EBADF for a closed file, ENOMEM when frames ran out.</summary>
    public SystemCallResult Read(OpenFile file, ulong offset, ulong length)
    {
        ThrowIfExited();
        _calls.Read++;
        if (file.IsClosed)
            return Fail(Errno.EBADF);
        ulong done = _machine.Cache.Read(file, offset, length, this);
        return done == 0 && length != 0 && offset < file.Inode.Size ? Fail(Errno.ENOMEM) : new SystemCallResult((long)done);
    }

    /// <summary>pwrite(2): pages become dirty, the file longer where it ended before. Answers the bytes written; EBADF for a file opened for reading, EINVAL past 2^52, ENOMEM when frames ran out.</summary>
    public SystemCallResult Write(OpenFile file, ulong offset, ulong length)
    {
        ThrowIfExited();
        _calls.Write++;
        if (file.IsClosed || file.Access == Protection.Read)
            return Fail(Errno.EBADF);
        if (offset >> 52 != 0 || (offset + length) >> 52 != 0)
            return Fail(Errno.EINVAL);
        ulong done = _machine.Cache.Write(file, offset, length, this);
        return done == 0 && length != 0 ? Fail(Errno.ENOMEM) : new SystemCallResult((long)done);
    }

    /// <summary>fsync(2): the file's dirty pages are on the disk afterwards.</summary>
    public SystemCallResult Fsync(OpenFile file)
    {
        ThrowIfExited();
        _calls.Fsync++;
        if (file.IsClosed)
            return Fail(Errno.EBADF);
        _machine.Cache.WriteBack(file.Inode, 0, PageTree.NoPage - 1);
        return SystemCallResult.Success();
    }

    /// <summary>posix_fadvise(2) for a range of bytes; length 0 reaches to the end of the file. RANDOM and SEQUENTIAL hold for the open file, whatever the range. EBADF for a closed file.</summary>
    public SystemCallResult Fadvise(OpenFile file, ulong offset, ulong length, FileAdvice advice)
    {
        ThrowIfExited();
        _calls.Fadvise++;
        if (file.IsClosed)
            return Fail(Errno.EBADF);
        ref Readahead state = ref file.Readahead;
        uint maximum = _machine.Options.Files.ReadaheadPages;
        ulong end = length == 0 || offset + length < offset ? ulong.MaxValue : offset + length;
        switch (advice)
        {
            case FileAdvice.Normal:
                (state.Maximum, state.Random) = (maximum, false);
                break;
            case FileAdvice.Sequential:
                (state.Maximum, state.Random) = (2UL * maximum, false);
                break;
            case FileAdvice.Random:
                state.Random = true;
                break;
            case FileAdvice.WillNeed when file.Inode.Kind == FileKind.Disk:
                ulong last = end == ulong.MaxValue ? PageTree.NoPage - 1 : (end - 1) >> PageSize.Shift;
                _machine.Cache.ReadPages(file, offset >> PageSize.Shift, last - (offset >> PageSize.Shift) + 1, 0, this);
                break;
            case FileAdvice.DontNeed when file.Inode.Kind == FileKind.Disk:
                DropUnneeded(file.Inode, offset, end);
                break;
            default:
                break;
        }

        return SystemCallResult.Success();
    }

    /// <summary>Whole pages of the range; the last page of the file counts as whole. Dirty ones are written and kept.</summary>
    private void DropUnneeded(Inode file, ulong offset, ulong end)
    {
        ulong first = PageSize.Up(offset) >> PageSize.Shift;
        ulong last = end >= file.Size ? PageTree.NoPage - 1 : (end >> PageSize.Shift) - 1;
        if (end < file.Size && end >> PageSize.Shift <= first)
            return;
        _machine.Cache.WriteBack(file, first, last);
        _machine.Cache.DropUnused(file, first, last);
    }
}
