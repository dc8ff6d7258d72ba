// /proc/PID/maps (fs/proc/task_mmu.c show_map_vma, 6.18).

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>The text of /proc/PID/maps, byte for byte.</summary>
public static class MapsText
{
    /// <summary>Names start in this column where the rest is not longer.</summary>
    private const int NameColumn = 73;

    public static string Of(Process process)
    {
        var text = new StringBuilder();
        foreach (AreaInfo area in process.Maps())
            AppendLine(text, area);
        return text.ToString();
    }

    internal static void AppendLine(StringBuilder text, AreaInfo area)
    {
        int start = text.Length;
        text.Append(CultureInfo.InvariantCulture, $"{area.Start.Value:x8}-{area.End.Value:x8} {area.Permissions} {area.Offset:x8} {area.File?.Device ?? "00:00"} {area.File?.NumberOnDevice ?? 0} ");
        if (area.Name.Length != 0)
        {
            text.Append(' ', Math.Max(0, NameColumn - (text.Length - start)));
            text.Append(area.Name.Replace("\n", "\\012", StringComparison.Ordinal));
        }

        text.Append('\n');
    }
}
