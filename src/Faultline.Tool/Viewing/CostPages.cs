using Faultline.Reporting.Views;

namespace Faultline.Tool.Viewing;

/// <summary>What <c>summary</c>, <c>tree</c>, <c>table</c> and <c>temporary</c> show, from top to bottom.</summary>
internal static class CostPages
{
    /// <summary>Twenty lines where the terminal is wide enough.</summary>
    public const int SummarySites = 5;

    public static void Summary(ViewPage page, CostView view)
    {
        page.Line($"Faultline: {view.Program}, {view.Origin}", strong: true);
        page.Facts(SummaryLines.Of(view));
        if (view.Sites.Count > 0)
        {
            page.Line();
            string heading = view.Sites.Count > SummarySites ? $"site ({SummarySites} of {view.Sites.Count}; 'faultline table' has all)" : "site";
            page.Sites(Known(SiteColumn.Short, view), [.. view.Sites.Take(SummarySites)], keep: null, site => SummaryLines.VerdictOf(site, view), heading);
        }

        if (view.Next is { } next)
            page.Line($"Next: {next}");
    }

    public static void Tree(ViewPage page, CostView view, CallTree tree)
    {
        Head(page, view, tree.Levels);
        page.Tree(tree);
    }

    public static void Table(ViewPage page, CostView view, SiteRows rows, string? sort)
    {
        Head(page, view, rows.Heading);
        if (rows.Sites.Count > 0)
            page.Sites([.. Known(SiteColumn.All, view).Where(column => column.Rank != SiteColumn.Unasked || column.Name == sort)], rows.Sites, sort, _ => null);
    }

    public static void Temporary(ViewPage page, CostView view, SiteRows rows)
    {
        Head(page, view, rows.Heading);
        if (rows.Sites.Count > 0)
            page.Sites(SiteColumn.Temporary, rows.Sites, keep: null, _ => null);
    }

    private static void Head(ViewPage page, CostView view, string what)
    {
        page.Line($"Faultline: {view.Program}, {view.Origin}", strong: true);
        if (view.Damage is { } damage)
            page.Line($"the trace is damaged, what comes before is shown: {damage}");
        page.Line(what);
        page.Line();
    }

    private static IReadOnlyList<SiteColumn> Known(IEnumerable<SiteColumn> columns, CostView view) => [.. columns.Where(column => column.IsKnown(view))];
}
