// madvise(2) (mm/madvise.c, 6.18): DONTNEED, FREE, COLD, PAGEOUT, HUGEPAGE, NOHUGEPAGE, POPULATE_READ, POPULATE_WRITE; NORMAL, RANDOM, SEQUENTIAL and WILLNEED for
// files.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>
    /// madvise(2). Length in bytes, rounded up. EINVAL for an unaligned start, a range that wraps or advice that is not modelled;
    /// ENOMEM where part of the range is not mapped (the rest is done; populating stops there) or frames run out; populating
    /// what may not be accessed so is EINVAL.
    /// </summary>
    public SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice)
    {
        ThrowIfExited();
        _calls.Madvise++;
        ulong bytes = PageSize.Up(length);
        ulong end = start.Value + bytes;
        if ((start.Value & PageSize.Mask) != 0 || bytes < length || end < start.Value || !Enum.IsDefined(advice))
            return Fail(Errno.EINVAL);
        bool populates = advice is Advice.PopulateRead or Advice.PopulateWrite;
        Errno error = Errno.None;
        for (ulong at = start.Value; at < end;)
        {
            int index = _areas.FindIndex(at);
            bool hole = index == _areas.Count || _areas[index].Start > at;
            if (hole)
                error = Errno.ENOMEM;
            if (hole && (populates || index == _areas.Count || _areas[index].Start >= end))
                break;
            ulong first = Math.Max(at, _areas[index].Start);
            ulong next = Math.Min(end, _areas[index].End);
            Errno failure = Advise(index, first, next, advice);
            if (failure != Errno.None)
                return Fail(failure);
            at = next;
        }

        return error == Errno.None ? SystemCallResult.Success() : Fail(error);
    }

    /// <summary>Advice on a range within one area.</summary>
    private Errno Advise(int index, ulong start, ulong end, Advice advice)
    {
        VmaFlags flags = _areas[index].Flags;
        switch (advice)
        {
            case Advice.Free when _areas[index].File != 0:
            case Advice.DontNeed or Advice.Free or Advice.Cold or Advice.PageOut when (flags & VmaFlags.Locked) != 0:
                return Errno.EINVAL;
            case Advice.Free:
                FreeLazily(start, end);
                return Errno.None;
            case Advice.DontNeed:
                Zap(start, end, reclaimTables: true);
                return Errno.None;
            case Advice.Cold or Advice.PageOut:
                MakeCold(start, end, advice == Advice.PageOut);
                return Errno.None;
            case Advice.Normal:
                return SetFlags(index, start, end, flags & ~(VmaFlags.RandomRead | VmaFlags.SequentialRead)) ? Errno.None : Errno.ENOMEM;
            case Advice.Random:
                return SetFlags(index, start, end, (flags | VmaFlags.RandomRead) & ~VmaFlags.SequentialRead) ? Errno.None : Errno.ENOMEM;
            case Advice.Sequential:
                return SetFlags(index, start, end, (flags | VmaFlags.SequentialRead) & ~VmaFlags.RandomRead) ? Errno.None : Errno.ENOMEM;
            case Advice.WillNeed:
                ReadForMapping(index, start, end);
                return Errno.None;
            case Advice.HugePage:
                return SetFlags(index, start, end, (flags | VmaFlags.HugePage) & ~VmaFlags.NoHugePage) ? Errno.None : Errno.ENOMEM;
            case Advice.NoHugePage:
                return SetFlags(index, start, end, (flags | VmaFlags.NoHugePage) & ~VmaFlags.HugePage) ? Errno.None : Errno.ENOMEM;
            case Advice.PopulateRead:
                return Populate(start, end, AccessKind.Read, flags);
            case Advice.PopulateWrite:
                return Populate(start, end, AccessKind.Write, flags);
            default:
                return Errno.None;
        }
    }

    /// <summary>What the range maps of a file on a disk is read, but not mapped.</summary>
    private void ReadForMapping(int index, ulong start, ulong end)
    {
        Vma area = _areas[index].From(start);
        if (OpenFileOf(area.File) is { Inode.Kind: FileKind.Disk } file)
            _machine.Cache.ReadPages(file, area.PageOffset, (end - start) >> PageSize.Shift, 0, this);
    }

    private Errno Populate(ulong start, ulong end, AccessKind kind, VmaFlags flags)
    {
        if (!Permits(flags, kind))
            return Errno.EINVAL;
        ulong unbacked = UnbackedPages;
        AccessRange(new(start), end - start, kind);
        return UnbackedPages == unbacked ? Errno.None : Errno.ENOMEM;
    }
}
