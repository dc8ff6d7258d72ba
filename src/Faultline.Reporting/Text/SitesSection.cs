using System.Globalization;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>The most costly sites, then what the others, the allocator's headers and everything together add up to.</summary>
internal static class SitesSection
{
    public static void Write(Page page, Report report, int top)
    {
        List<SiteReport> allocating = [.. report.Sites.Where(s => s.Amounts.Blocks > 0 || s.Amounts.Failures > 0)];
        if (allocating.Count == 0)
            return;
        List<SiteReport> shown = [.. allocating.Take(top)];
        List<SiteReport> others = [.. allocating.Skip(top)];
        string which = others.Count == 0 ? "Sites" : $"Top {shown.Count} of {allocating.Count} sites";
        page.Heading(which + ", by faults then bytes");
        bool pages = report.Totals.Process != null;
        Table table = new("faults", "requested", "blocks", "brk", "mmap", "resident", "live at exit", "site");
        foreach (SiteReport site in shown)
            Add(table, site.Amounts, pages, $"{site.Site.Display}  {site.Site.Api}", site.Verdicts);
        if (others.Count > 0)
            Add(table, Sum(others), pages, $"({others.Count} other sites: --top {allocating.Count} shows them)", []);
        if (report.Totals.Process is { } process)
            AddProcessRows(table, process, report.Totals.Sites);
        else
            Add(table, report.Totals.Sites, pages, "total", []);
        page.Table(table);
    }

    private static Amounts Sum(IEnumerable<SiteReport> sites) => sites.Aggregate(default(Amounts), (sum, s) => sum + s.Amounts);

    private static void Add(Table table, in Amounts a, bool pages, string name, IReadOnlyList<string> remarks) => table.Add(remarks,
        pages ? Number(a.MinorFaults) : "?",
        Bytes(a.RequestedBytes),
        Number(a.Blocks),
        Number(a.HeapBlocks),
        Number(a.MappedBlocks),
        pages ? Pages(a.ResidentPages) : "?",
        a.LiveBlocks == 0 ? "-" : $"{Number(a.LiveBlocks)} / {Bytes(a.LiveRequestedBytes)}",
        name);

    /// <summary>What the process has beyond the sites, so that the column of faults adds up to its total.</summary>
    private static void AddProcessRows(Table table, ProcessTotals process, in Amounts sites)
    {
        long residue = (long)process.ResidentPages - (long)sites.ResidentPages;
        string present = residue > 0 ? Pages((ulong)residue) : "";
        if (process.AllocatorFaults > 0 || residue > 0)
            table.Add(Number(process.AllocatorFaults), "", "", "", "", present, "", "(the allocator's own headers)");
        if (process.UnattributedFaults != 0)
            table.Add(Signed(process.UnattributedFaults), "", "", "", "", "", "", "(cut off in mid-snapshot: charged to no site)");
        Add(table, sites with { MinorFaults = process.MinorFaults, ResidentPages = process.ResidentPages }, pages: true, "total", []);
    }

    private static string Signed(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Pages(ulong pages) => Bytes(pages * 4096);
}
