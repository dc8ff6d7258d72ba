// Names of areas that map no file (fs/proc/task_mmu.c get_vma_name; kernel/sys.c prctl_set_vma; mm/madvise.c anon_vma_name, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private ulong _stackStart;

    /// <summary>
    /// prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME): names anonymous memory for maps; null takes the name away. Areas of different names do not
    /// merge. EINVAL for an unaligned start or an empty or too long name (79 bytes); EBADF where the range maps a file; ENOMEM where part of it is not mapped.
    /// </summary>
    public SystemCallResult SetAreaName(VirtualAddress start, ulong length, string? name)
    {
        ThrowIfExited();
        ulong end = start.Value + PageSize.Up(length);
        if ((start.Value & PageSize.Mask) != 0 || end < start.Value || name is { Length: 0 or > 79 })
            return Fail(Errno.EINVAL);
        bool hole = false;
        for (ulong at = start.Value; at < end;)
        {
            int index = _areas.FindIndex(at);
            if (index == _areas.Count || _areas[index].Start >= end)
                return Fail(Errno.ENOMEM);
            hole |= _areas[index].Start > at;
            if (_areas[index].File != 0)
                return Fail(Errno.EBADF);
            ulong from = Math.Max(at, _areas[index].Start), to = Math.Min(end, _areas[index].End);
            if (!SetAttributes(index, from, to, _areas[index].Flags, _machine.AreaNames.NumberOf(name)))
                return Fail(Errno.ENOMEM);
            at = to;
        }

        return hole ? Fail(Errno.ENOMEM) : SystemCallResult.Success();
    }

    private string NameOf(in Vma area)
    {
        if (area.Start < _break && area.End > _layout.BrkStart.Value)
            return "[heap]";
        if (_stackStart != 0 && area.Start <= _stackStart && area.End >= _stackStart)
            return "[stack]";
        return area.Name == 0 ? "" : $"[anon:{_machine.AreaNames[area.Name]}]";
    }
}
