// /proc/zoneinfo (mm/vmstat.c zoneinfo_show_print, 6.18). The model counts LRU pages by node: those of a zone are counted on its lists when
// somebody looks. Lines whose subject is not counted by zone (locked pages, writes, NUMA) are 0.

using System.Globalization;
using System.Numerics;
using System.Text;

namespace Faultline.Kernel;

/// <summary>The text of /proc/zoneinfo.</summary>
public static unsafe class ZoneInfoFile
{
    /// <summary>ZONE_DMA, DMA32, Normal, Movable, Device: as many as a reserve has entries.</summary>
    private const int ZoneTypes = 5;

    private static readonly string[] NodeStats = Between("nr_inactive_anon", "nr_kernel_file_pages");
    private static readonly string[] ZoneStats = Between("nr_free_pages", "numa_other");

    public static string Text(Machine machine)
    {
        var text = new StringBuilder();
        ulong[,] listed = CountListed(machine);
        bool first = true;
        foreach (Zone zone in machine.Frames.Zones)
        {
            AppendLine(text, $"Node 0, zone {zone.Range.Name,8}");
            if (zone.IsPopulated && first)
                AppendNode(text, machine);
            first &= !zone.IsPopulated;
            AppendLimits(text, zone);
            if (zone.IsPopulated)
                AppendPopulated(text, machine, zone, listed);
        }

        AppendEmpty(text, "Movable", EmptyMovable);
        AppendEmpty(text, "Device", 0);
        return text.ToString();
    }

    /// <summary>Marks of a zone of movable memory that has none: the least that a zone without kernel memory gets.</summary>
    private const ulong EmptyMovable = 32;

    private static void AppendNode(StringBuilder text, Machine machine)
    {
        text.Append("  per-node stats\n");
        foreach (string name in NodeStats)
            AppendStat(text, name, Enum.TryParse(name, out VmEvent counter) ? machine.Stat[counter] : 0);
    }

    private static void AppendLimits(StringBuilder text, Zone zone)
    {
        Watermarks marks = zone.Watermarks;
        ulong step = marks.High - marks.Low;
        AppendLine(text, $"  pages free     {zone.Free.FreePages}");
        AppendLine(text, $"        boost    {0}");
        AppendLine(text, $"        min      {marks.Min}");
        AppendLine(text, $"        low      {marks.Low}");
        AppendLine(text, $"        high     {marks.High}");
        AppendLine(text, $"        promo    {marks.High + step}");
        AppendLine(text, $"        spanned  {zone.Range.End - zone.Range.Start}");
        AppendLine(text, $"        present  {zone.Range.Present}");
        AppendLine(text, $"        managed  {zone.Range.Managed}");
        AppendLine(text, $"        cma      {0}");
        IEnumerable<ulong> reserve = zone.LowmemReserve.Concat(Enumerable.Repeat(zone.LowmemReserve[^1], Math.Max(ZoneTypes - zone.LowmemReserve.Length, 0)));
        AppendLine(text, $"        protection: ({string.Join(", ", reserve)})");
    }

    private static void AppendPopulated(StringBuilder text, Machine machine, Zone zone, ulong[,] listed)
    {
        foreach (string name in ZoneStats)
            AppendStat(text, name, ZoneStat(name, zone, listed));
        text.Append("  pagesets\n");
        int threshold = Threshold(zone.Range.Managed, machine.Options.Cpus);
        for (int cpu = 0; cpu < machine.Options.Cpus; cpu++)
        {
            PerCpuLists lists = zone.ListsOf(cpu);
            AppendLine(text, $"    cpu: {cpu}");
            AppendLine(text, $"              count:    {lists.Count}");
            AppendLine(text, $"              high:     {lists.High}");
            AppendLine(text, $"              batch:    {lists.Batch}");
            AppendLine(text, $"              high_min: {lists.HighMin}");
            AppendLine(text, $"              high_max: {lists.HighMax}");
            AppendLine(text, $"  vm stats threshold: {threshold}");
        }

        AppendLine(text, $"  node_unreclaimable:  {0}");
        AppendLine(text, $"  start_pfn:           {zone.Range.Start}");
    }

    private static void AppendEmpty(StringBuilder text, string name, ulong mark)
    {
        AppendLine(text, $"Node 0, zone {name,8}");
        AppendLine(text, $"  pages free     {0}");
        AppendLine(text, $"        boost    {0}");
        foreach (string limit in (string[])["min      ", "low      ", "high     ", "promo    "])
            AppendLine(text, $"        {limit}{mark}");
        foreach (string size in (string[])["spanned  ", "present  ", "managed  ", "cma      "])
            AppendLine(text, $"        {size}{0}");
        text.Append("        protection: (0, 0, 0, 0, 0)\n");
    }

    private static ulong ZoneStat(string name, Zone zone, ulong[,] listed) => name switch
    {
        "nr_free_pages" => zone.Free.FreePages,
        "nr_free_pages_blocks" => (zone.Free.Blocks(Migratetypes.PageblockOrder) << Migratetypes.PageblockOrder) + (zone.Free.Blocks(Order.Max) << Order.Max),
        "nr_zone_inactive_anon" => listed[zone.Index, (int)LruList.InactiveAnon],
        "nr_zone_active_anon" => listed[zone.Index, (int)LruList.ActiveAnon],
        "nr_zone_inactive_file" => listed[zone.Index, (int)LruList.InactiveFile],
        "nr_zone_active_file" => listed[zone.Index, (int)LruList.ActiveFile],
        "nr_zone_unevictable" => listed[zone.Index, (int)LruList.Unevictable],
        _ => 0,
    };

    private static ulong[,] CountListed(Machine machine)
    {
        var counts = new ulong[machine.Frames.Zones.Length, Lruvec.Lists];
        foreach (Lruvec vector in machine.Lru.Vectors)
            for (int list = 0; list < Lruvec.Lists; list++)
                for (uint pfn = vector.First((LruList)list); pfn != FrameAllocator.None; pfn = machine.Frames.Frames[pfn].Next)
                    counts[machine.Frames.ZoneOf(pfn).Index, list] += 1UL << machine.Frames.Frames[pfn].Order;
        return counts;
    }

    /// <summary>calculate_normal_threshold: how far a processor's own count may run ahead.</summary>
    private static int Threshold(ulong managed, int cpus)
        => Math.Min(125, 2 * FindLastSet((ulong)cpus) * (1 + FindLastSet(managed >> (27 - PageSize.Shift))));

    private static int FindLastSet(ulong value) => 64 - BitOperations.LeadingZeroCount(value);

    private static string[] Between(string first, string last)
        => [.. VmStatFile.AllNames.SkipWhile(name => name != first).TakeWhile(name => name != last), last];

    private static void AppendStat(StringBuilder text, string name, ulong value) => AppendLine(text, $"      {name,-12} {value}");

    private static void AppendLine(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
