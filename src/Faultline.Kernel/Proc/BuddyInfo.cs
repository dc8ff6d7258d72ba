// /proc/buddyinfo and /sys/kernel/debug/extfrag (mm/vmstat.c frag_show, unusable_show, extfrag_show, 6.18), byte for byte:
// every line ends in a space before the newline.

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>Text about the free blocks of the populated zones.</summary>
public static class BuddyInfo
{
    /// <summary>/proc/buddyinfo.</summary>
    public static string Text(Machine machine) => Lines(machine, Line);

    /// <summary>/sys/kernel/debug/extfrag/unusable_index.</summary>
    public static string UnusableIndexText(Machine machine) => Lines(machine, UnusableIndexLine);

    /// <summary>/sys/kernel/debug/extfrag/extfrag_index.</summary>
    public static string FragmentationIndexText(Machine machine) => Lines(machine, FragmentationIndexLine);

    /// <summary>The line of one zone: its name and the free blocks of orders 0 to 10.</summary>
    public static string Line(string zone, ReadOnlySpan<ulong> blocks)
    {
        StringBuilder line = Head(zone);
        foreach (ulong count in blocks)
            line.Append(CultureInfo.InvariantCulture, $"{count,6} ");
        return line.Append('\n').ToString();
    }

    /// <summary>The line of one zone: thousandths with three decimals.</summary>
    public static string UnusableIndexLine(string zone, ReadOnlySpan<ulong> blocks)
    {
        StringBuilder line = Head(zone);
        for (int order = 0; order < blocks.Length; order++)
            AppendIndex(line, Fragmentation.UnusableIndex(blocks, order), width: 1);
        return line.Append('\n').ToString();
    }

    /// <summary>The line of one zone: as above, with room for the sign of −1.000.</summary>
    public static string FragmentationIndexLine(string zone, ReadOnlySpan<ulong> blocks)
    {
        StringBuilder line = Head(zone);
        for (int order = 0; order < blocks.Length; order++)
            AppendIndex(line, Fragmentation.Index(blocks, order), width: 2);
        return line.Append('\n').ToString();
    }

    private delegate string LineWriter(string zone, ReadOnlySpan<ulong> blocks);

    private static string Lines(Machine machine, LineWriter write)
    {
        var text = new StringBuilder();
        foreach (ZoneInfo zone in machine.Zones)
            text.Append(write(zone.Name, zone.FreeBlocks));
        return text.ToString();
    }

    private static void AppendIndex(StringBuilder line, int index, int width) =>
        line.Append((index / 1000).ToString(CultureInfo.InvariantCulture).PadLeft(width))
            .Append(CultureInfo.InvariantCulture, $".{Math.Abs(index % 1000):000} ");

    private static StringBuilder Head(string zone) => new StringBuilder().Append(CultureInfo.InvariantCulture, $"Node 0, zone {zone,8} ");
}
