// /proc/pagetypeinfo (mm/vmstat.c pagetypeinfo_show, 6.18), byte for byte, with the types of a kernel that has no contiguous
// memory allocator. Isolate is always 0: no pageblock is being isolated while the text is read.

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>Free blocks and pageblocks by migratetype.</summary>
public static class PageTypeInfo
{
    private const ulong Cap = 100000;

    private static readonly string[] s_types = ["Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate"];

    public static string Text(Machine machine)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Page block order: {Migratetypes.PageblockOrder}\nPages per block:  {Migratetypes.PageblockPages}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{"Free pages count per migrate type at order",-43} ");
        for (int order = 0; order < Order.Count; order++)
            text.Append(CultureInfo.InvariantCulture, $"{order,6} ");
        text.Append('\n');
        foreach (Zone zone in machine.Frames.Zones)
            if (zone.IsPopulated)
                AppendFree(text, zone);
        text.Append(CultureInfo.InvariantCulture, $"\n{"Number of blocks type",-23}");
        foreach (string type in s_types)
            text.Append(CultureInfo.InvariantCulture, $"{type,12} ");
        text.Append('\n');
        foreach (Zone zone in machine.Frames.Zones)
            if (zone.IsPopulated)
                AppendPageblocks(text, zone, machine.Frames.Pageblocks);
        return text.ToString();
    }

    private static void AppendFree(StringBuilder text, Zone zone)
    {
        for (int type = 0; type < s_types.Length; type++)
        {
            text.Append(CultureInfo.InvariantCulture, $"Node {0,4}, zone {zone.Range.Name,8}, type {s_types[type],12} ");
            for (int order = 0; order < Order.Count; order++)
            {
                ulong count = type < Migratetypes.Count ? zone.Free.Blocks(order, (Migratetype)type) : 0;
                text.Append(CultureInfo.InvariantCulture, $"{(count >= Cap ? ">" : "")}{Math.Min(count, Cap),6} ");
            }

            text.Append('\n');
        }
    }

    private static void AppendPageblocks(StringBuilder text, Zone zone, Pageblocks pageblocks)
    {
        Span<ulong> counts = stackalloc ulong[s_types.Length];
        for (uint pfn = zone.Range.Start & ~(Migratetypes.PageblockPages - 1); pfn < zone.Range.End; pfn += Migratetypes.PageblockPages)
            counts[(int)pageblocks.TypeOf(pfn)]++;
        text.Append(CultureInfo.InvariantCulture, $"Node 0, zone {zone.Range.Name,8} ");
        foreach (ulong count in counts)
            text.Append(CultureInfo.InvariantCulture, $"{count,12} ");
        text.Append('\n');
    }
}
