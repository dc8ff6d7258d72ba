using System.Globalization;
using static Faultline.Reporting.Quantity;

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
            Bytes(heap.InternalBytes),
            heap.External.ToString("0.000", CultureInfo.InvariantCulture),
            Count(heap.StrandedPages, "page"),
            Bytes(heap.RetainedBytes),
            Bytes(heap.TrimmableBytes),
            "");
        page.Table(table);
        if (heap.Verdict != null)
            page.Hanging("  > ", heap.Verdict);
        page.Paragraph($"heap {Bytes(heap.HeapBytes)} with {Bytes(heap.HeapResidentPages * 4096)} resident, "
            + $"mappings {Bytes(heap.MappedBytes)}; "
            + $"free {Bytes(heap.FreeBytes)}, largest piece {Bytes(heap.LargestFreeBytes)}; "
            + $"mmap_threshold {Number(heap.MmapThreshold)} B, trim_threshold {Number(heap.TrimThreshold)} B", "  ");
    }

    private static void Zones(Page page, IReadOnlyList<ZoneFragmentation> zones)
    {
        page.Heading("Physical fragmentation: unusable free space index by order [6] (simulated)");
        IEnumerable<string> orders = zones[0].UnusableIndex.Select((_, order) => order.ToString(CultureInfo.InvariantCulture));
        // Eleven columns fit a terminal of 80 only if they stand close.
        Table table = new(["zone", .. orders, ""]) { Gap = " " };
        foreach (ZoneFragmentation zone in zones)
            table.Add([zone.Zone, .. zone.UnusableIndex.Select(Index), ""]);
        page.Table(table);
        IEnumerable<string> free = zones.Select(z => $"{z.Zone} {Bytes(z.FreePages * 4096)} of {Bytes(z.ManagedPages * 4096)}");
        page.Paragraph("free: " + string.Join(", ", free), "  ");
    }

    /// <summary>Thousandths as the kernel prints them: "%d.%03d".</summary>
    private static string Index(int thousandths)
        => string.Create(CultureInfo.InvariantCulture, $"{thousandths / 1000}.{thousandths % 1000:000}");
}
