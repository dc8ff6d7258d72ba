using System.Globalization;

namespace Faultline.Reporting;

/// <summary>Waste inside the heap, and how scattered the simulated machine's free frames are.</summary>
internal static class FragmentationSection
{
    public static void Write(Page page, Report report)
    {
        if (report.Heap is { } heap)
            Heap(page, heap);
        if (report.Zones.Count > 0)
            Zones(page, report.Zones);
    }

    private static void Heap(Page page, HeapFragmentation heap)
    {
        page.Heading("Heap fragmentation at the last snapshot (simulated)");
        Table table = new("internal [1]", "external [2]", "stranded [3]", "retained [4]", "trimmable [5]", "");
        table.Add(
            Quantity.Bytes(heap.InternalBytes),
            heap.External.ToString("0.000", CultureInfo.InvariantCulture),
            Quantity.Count(heap.StrandedPages, "page"),
            Quantity.Bytes(heap.RetainedBytes),
            Quantity.Bytes(heap.TrimmableBytes),
            "");
        page.Table(table);
        page.Paragraph($"brk heap {Quantity.Bytes(heap.HeapBytes)} with {Quantity.Bytes(heap.HeapResidentPages * 4096)} resident, mappings {Quantity.Bytes(heap.MappedBytes)}; "
            + $"free {Quantity.Bytes(heap.FreeBytes)}, largest piece {Quantity.Bytes(heap.LargestFreeBytes)}; "
            + $"mmap_threshold {Quantity.Number(heap.MmapThreshold)} B, trim_threshold {Quantity.Number(heap.TrimThreshold)} B", "  ");
    }

    private static void Zones(Page page, IReadOnlyList<ZoneFragmentation> zones)
    {
        page.Heading("Physical fragmentation: unusable free space index by order [6] (simulated)");
        IEnumerable<string> orders = Enumerable.Range(0, zones[0].UnusableIndex.Count).Select(order => order.ToString(CultureInfo.InvariantCulture));
        // Eleven columns fit a terminal of 80 only if they stand close.
        Table table = new(["zone", .. orders, ""]) { Gap = " " };
        foreach (ZoneFragmentation zone in zones)
            table.Add([zone.Zone, .. zone.UnusableIndex.Select(Index), ""]);
        page.Table(table);
        page.Paragraph("free: " + string.Join(", ", zones.Select(z => $"{z.Zone} {Quantity.Bytes(z.FreePages * 4096)} of {Quantity.Bytes(z.ManagedPages * 4096)}")), "  ");
    }

    /// <summary>Thousandths as the kernel prints them: "%d.%03d".</summary>
    private static string Index(int thousandths) => string.Create(CultureInfo.InvariantCulture, $"{thousandths / 1000}.{thousandths % 1000:000}");
}
