// madvise(2) (mm/madvise.c, 6.18): DONTNEED, HUGEPAGE, NOHUGEPAGE, POPULATE_READ, POPULATE_WRITE.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>
    /// madvise(2). Length in bytes, rounded up. EINVAL for an unaligned start, a wrapped range or unknown advice; ENOMEM where part
    /// of the range is not mapped (the rest is done) or frames run out; populating what may not be accessed is EFAULT.
    /// </summary>
    public SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice)
    {
        ThrowIfExited();
        _calls.Madvise++;
        ulong end = start.Value + PageSize.Up(length);
        if ((start.Value & PageSize.Mask) != 0 || end < start.Value || !Enum.IsDefined(advice))
            return Fail(Errno.EINVAL);
        Errno error = Errno.None;
        ulong at = start.Value;
        while (at < end)
        {
            int index = _areas.FindIndex(at);
            if (index == _areas.Count || _areas[index].Start > at)
                error = Errno.ENOMEM;
            if (index == _areas.Count || _areas[index].Start >= end)
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

    private Errno Advise(int index, ulong start, ulong end, Advice advice)
    {
        VmaFlags flags = _areas[index].Flags;
        switch (advice)
        {
            case Advice.DontNeed:
                Zap(start, end);
                return Errno.None;
            case Advice.HugePage:
                return SetFlags(start, end, (flags | VmaFlags.HugePage) & ~VmaFlags.NoHugePage) ? Errno.None : Errno.ENOMEM;
            case Advice.NoHugePage:
                return SetFlags(start, end, (flags | VmaFlags.NoHugePage) & ~VmaFlags.HugePage) ? Errno.None : Errno.ENOMEM;
            case Advice.PopulateRead:
            case Advice.PopulateWrite:
                return Populate(start, end, advice == Advice.PopulateWrite ? AccessKind.Write : AccessKind.Read, flags);
            default:
                return Errno.None;
        }
    }

    private Errno Populate(ulong start, ulong end, AccessKind kind, VmaFlags flags)
    {
        if (!Permits(flags, kind))
            return kind == AccessKind.Write ? Errno.EINVAL : Errno.EFAULT;
        ulong unbacked = UnbackedPages;
        AccessRange(new(start), end - start, kind);
        return UnbackedPages == unbacked ? Errno.None : Errno.ENOMEM;
    }
}
