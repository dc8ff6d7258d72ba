// VmFlags of /proc/PID/smaps (fs/proc/task_mmu.c show_smap_vma_flags, 6.18): two letters for each bit of vm_flags, lowest bit first.

namespace Faultline.Kernel;

internal static class AreaFlagNames
{
    /// <summary>Names with a space behind each. What an area may become (mr mw me) follows from how it was mapped.</summary>
    public static string Of(VmaFlags flags)
    {
        ReadOnlySpan<(VmaFlags Flag, string Name)> before = [(VmaFlags.Read, "rd "), (VmaFlags.Write, "wr "), (VmaFlags.Execute, "ex "), (VmaFlags.Shared, "sh ")];
        ReadOnlySpan<(VmaFlags Flag, string Name)> after =
        [
            (VmaFlags.MayShare, "ms "), (VmaFlags.GrowsDown, "gd "), (VmaFlags.Locked, "lo "), (VmaFlags.SequentialRead, "sr "), (VmaFlags.RandomRead, "rr "),
            (VmaFlags.Accounted, "ac "), (VmaFlags.NoReserve, "nr "), (VmaFlags.HugePage, "hg "), (VmaFlags.NoHugePage, "nh "),
        ];
        string names = Set(flags, before) + "mr " + ((flags & VmaFlags.NeverWrite) == 0 ? "mw " : "") + "me " + Set(flags, after);
        return names;
    }

    private static string Set(VmaFlags flags, ReadOnlySpan<(VmaFlags Flag, string Name)> names)
    {
        string set = "";
        foreach ((VmaFlags flag, string name) in names)
            if ((flags & flag) != 0)
                set += name;
        return set;
    }
}
