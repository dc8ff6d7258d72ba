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
        page.Heading(others.Count == 0 ? "Sites, by faults then bytes" : $"Top {shown.Count} of {allocating.Count} sites, by faults then bytes");
        bool pages = report.Totals.Process != null;
        Table table = new("faults", "requested", "blocks", "brk", "mmap", "resident", "live at exit", "site");
        foreach (SiteReport site in shown)
            Add(table, site.Amounts, pages, $"{site.Site.Display}  {site.Site.Api}", site.Verdicts);
        if (others.Count > 0)
            Add(table, others.Aggregate(default(Amounts), (sum, s) => sum + s.Amounts), pages, $"({others.Count} other sites: --top {allocating.Count} shows them)", []);
        if (report.Totals.Process is { } process)
            AddProcessRows(table, process, report.Totals.Sites);
        else
            Add(table, report.Totals.Sites, pages, "total", []);
        page.Table(table);
    }

    private static void Add(Table table, in Amounts a, bool pages, string name, IReadOnlyList<string> remarks) => table.Add(remarks,
        pages ? Quantity.Number(a.MinorFaults) : "?",
        Quantity.Bytes(a.RequestedBytes),
        Quantity.Number(a.Blocks),
        Quantity.Number(a.HeapBlocks),
        Quantity.Number(a.MappedBlocks),
        pages ? Pages(a.ResidentPages) : "?",
        a.LiveBlocks == 0 ? "-" : $"{Quantity.Number(a.LiveBlocks)} / {Quantity.Bytes(a.LiveRequestedBytes)}",
        name);

    /// <summary>What the process has beyond the sites, so that the column of faults adds up to its total.</summary>
    private static void AddProcessRows(Table table, ProcessTotals process, in Amounts sites)
    {
        long residue = (long)process.ResidentPages - (long)sites.ResidentPages;
        if (process.AllocatorFaults > 0 || residue > 0)
            table.Add(Quantity.Number(process.AllocatorFaults), "", "", "", "", residue > 0 ? Pages((ulong)residue) : "", "", "(the allocator's own headers)");
        if (process.UnattributedFaults != 0)
            table.Add(process.UnattributedFaults.ToString("N0", System.Globalization.CultureInfo.InvariantCulture), "", "", "", "", "", "", "(cut off in the middle of a snapshot: charged to no site)");
        Add(table, sites with { MinorFaults = process.MinorFaults, ResidentPages = process.ResidentPages }, pages: true, "total", []);
    }

    private static string Pages(ulong pages) => Quantity.Bytes(pages * 4096);
}
