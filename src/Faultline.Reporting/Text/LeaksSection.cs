namespace Faultline.Reporting;

/// <summary>Blocks that were still allocated when the program ended, by the site that allocated them.</summary>
internal static class LeaksSection
{
    public static void Write(Page page, Report report, int top)
    {
        if (report.Leaks.Count == 0)
            return;
        Amounts sum = report.Totals.Sites;
        page.Heading(
            $"Still allocated at the end: {Quantity.Bytes(sum.LiveRequestedBytes)} in {Quantity.Count(sum.LiveBlocks, "block")} from {Quantity.Count((ulong)report.Leaks.Count, "site")}", Ink.Yellow);
        Table table = new("requested", "blocks", "of", "highest", "site");
        foreach (SiteReport leak in report.Leaks.Take(top))
            table.Add(leak.Verdicts,
                Quantity.Bytes(leak.Amounts.LiveRequestedBytes),
                Quantity.Number(leak.Amounts.LiveBlocks),
                Quantity.Number(leak.Amounts.Blocks),
                Quantity.Bytes(leak.PeakLiveBytes),
                $"{leak.Site.Display}  {leak.Site.Api}");
        page.Table(table);
        if (report.Leaks.Count > top)
            page.Line($"  and {report.Leaks.Count - top} more: --top {report.Leaks.Count} shows them");
    }
}
