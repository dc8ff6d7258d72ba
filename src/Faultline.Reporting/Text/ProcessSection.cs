using System.Globalization;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>The simulated process as top(1) would show it, with the real one beside it.</summary>
internal static class ProcessSection
{
    public static void Write(Page page, Report report)
    {
        if (report.Processes is not { } figures)
            return;
        page.Heading("The process as top shows it, KiB");
        Table table = new("VIRT", "RES", "SHR", "%MEM", "minor faults", "major", "");
        Add(table, figures.Simulated, $"simulated (of {Bytes(report.Profile.RamBytes)})");
        if (figures.Real is { } real)
            Add(table, real, "real (observed)");
        page.Table(table);
        page.Paragraph(figures.Difference, "  ");
        if (report.SystemCalls is { } calls)
            page.Paragraph($"System calls (simulated): brk {Number(calls.Brk)}, mmap {Number(calls.Mmap)}, "
                + $"munmap {Number(calls.Munmap)}, "
                + $"mremap {Number(calls.Mremap)}, madvise {Number(calls.Madvise)}.", "  ");
    }

    private static void Add(Table table, TopLine line, string name) => table.Add(
        Number(line.VirtKib),
        Number(line.ResKib),
        Number(line.ShrKib),
        line.MemShare is { } share ? (share * 100).ToString("0.0", CultureInfo.InvariantCulture) : "-",
        Number(line.MinorFaults),
        Number(line.MajorFaults),
        name);
}
