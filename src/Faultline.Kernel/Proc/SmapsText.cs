// /proc/PID/smaps and smaps_rollup (fs/proc/task_mmu.c show_smap, show_smaps_rollup, __show_smap, 6.18).

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>The texts of /proc/PID/smaps and /proc/PID/smaps_rollup, byte for byte.</summary>
public static class SmapsText
{
    public static string Of(Process process)
    {
        var text = new StringBuilder();
        foreach ((AreaInfo area, AreaUsage usage) in process.Smaps())
        {
            MapsText.AppendLine(text, area);
            Append(text, "Size", area.Size.Value);
            Append(text, "KernelPageSize", PageSize.Bytes);
            Append(text, "MMUPageSize", PageSize.Bytes);
            AppendUsage(text, usage, rollup: false);
            text.Append(CultureInfo.InvariantCulture, $"THPeligible:    {(area.ThpEligible ? 1 : 0),8}\nVmFlags: {area.VmFlags}\n");
        }

        return text.ToString();
    }

    /// <summary>Empty for a process that maps nothing.</summary>
    public static string Rollup(Process process)
    {
        IReadOnlyList<(AreaInfo Area, AreaUsage Usage)> areas = process.Smaps();
        if (areas.Count == 0)
            return "";
        var text = new StringBuilder();
        var whole = new AreaInfo(areas[0].Area.Start, areas[^1].Area.End, Protection.None, false, 0, null, "[rollup]", false, "");
        MapsText.AppendLine(text, whole);
        AppendUsage(text, process.SmapsRollup(), rollup: true);
        return text.ToString();
    }

    private static void AppendUsage(StringBuilder text, in AreaUsage usage, bool rollup)
    {
        Append(text, "Rss", usage.Rss);
        Append(text, "Pss", usage.Pss.Value);
        Append(text, "Pss_Dirty", usage.PssDirty.Value);
        if (rollup)
        {
            Append(text, "Pss_Anon", usage.PssAnon.Value);
            Append(text, "Pss_File", usage.PssFile.Value);
            Append(text, "Pss_Shmem", usage.PssShmem.Value);
        }

        Append(text, "Shared_Clean", usage.SharedClean);
        Append(text, "Shared_Dirty", usage.SharedDirty);
        Append(text, "Private_Clean", usage.PrivateClean);
        Append(text, "Private_Dirty", usage.PrivateDirty);
        Append(text, "Referenced", usage.Referenced);
        Append(text, "Anonymous", usage.Anonymous);
        Append(text, "KSM", 0);
        Append(text, "LazyFree", usage.LazyFree);
        Append(text, "AnonHugePages", usage.AnonHugePages);
        Append(text, "ShmemPmdMapped", usage.ShmemPmdMapped);
        Append(text, "FilePmdMapped", usage.FilePmdMapped);
        Append(text, "Shared_Hugetlb", 0);
        Append(text, "Private_Hugetlb", 0);
        Append(text, "Swap", usage.Swap);
        Append(text, "SwapPss", usage.SwapPss.Value);
        Append(text, "Locked", usage.Locked.Value);
    }

    private static void Append(StringBuilder text, string name, ulong bytes) =>
        text.Append(CultureInfo.InvariantCulture, $"{name + ":",-16}{bytes >> 10,8} kB\n");
}
