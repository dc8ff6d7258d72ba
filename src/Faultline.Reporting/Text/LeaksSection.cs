using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>Blocks that were still allocated when the program ended, by the site that allocated them.</summary>
internal static class LeaksSection
{
    public static void Write(Page page, Report report, int top)
    {
        if (report.Leaks.Count == 0)
            return;
        Amounts sum = report.Totals.Sites;
        string blocks = Count(sum.LiveBlocks, "block"), sites = Count((ulong)report.Leaks.Count, "site");
        page.Heading($"Still allocated at the end: {Bytes(sum.LiveRequestedBytes)} in {blocks} from {sites}", Ink.Yellow);
        Table table = new("requested", "blocks", "of", "highest", "site");
        foreach (SiteReport leak in report.Leaks.Take(top))
            table.Add(leak.Verdicts,
                Bytes(leak.Amounts.LiveRequestedBytes),
                Number(leak.Amounts.LiveBlocks),
                Number(leak.Amounts.Blocks),
                Bytes(leak.PeakLiveBytes),
                $"{leak.Site.Display}  {leak.Site.Api}");
        page.Table(table);
        if (report.Leaks.Count > top)
            page.Line($"  and {report.Leaks.Count - top} more: --top {report.Leaks.Count} shows them");
    }
}
