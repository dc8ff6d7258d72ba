namespace Faultline.Reporting.Html;

// What the page's script reads; names here are the names there (Page/comparison.js, Page/differences.js). What a run does not know is null.

/// <summary>A comparison as the data of its page.</summary>
internal static class ComparisonData
{
    public static object Of(CostDiff diff, string title)
    {
        DiffVerdict verdict = DiffVerdict.Of(diff);
        return new
        {
            Title = title,
            Subtitle = $"{Path.GetFileName(diff.Before.Name)} before, {Path.GetFileName(diff.After.Name)} after. All figures are simulated.",
            verdict.Answer,
            verdict.Worse,
            verdict.Better,
            verdict.Same,
            verdict.Unknown,
            verdict.Warnings,
            Cards = diff.Totals.Select(row => new
            {
                DiffMetric.Named(row.Name).Name,
                DiffMetric.Named(row.Name).Meaning,
                Value = DiffVerdict.Show(row.Unit, row.After),
                Before = DiffVerdict.Show(row.Unit, row.Before),
                Change = DiffVerdict.Change(row),
                Sign = row.Delta is { } delta ? Math.Sign(delta) : (int?)null,
            }),
            Metrics = DiffMetric.OfSites.Select(metric => new { metric.Key, metric.Name, Unit = metric.Unit == DiffUnit.Bytes ? "bytes" : "count", metric.Meaning }),
            Sites = new
            {
                Rows = diff.Sites.Take(HtmlData.MostSites).Select(Row),
                LeftOut = Math.Max(0, diff.Sites.Count - HtmlData.MostSites),
                diff.Same,
            },
            Settings = Settings(diff.Before, diff.After),
        };
    }

    /// <summary>Before and after by metric, in the order of <see cref="DiffMetric.OfSites"/>.</summary>
    private static object Row(DiffSite site)
    {
        DiffRow[] rows = [.. DiffMetric.OfSites.Select(metric => site.Rows.Single(row => row.Name == metric.Key))];
        return new
        {
            site.Site.Display,
            site.Site.Api,
            site.Site.Assembly,
            site.Site.Type,
            site.Site.Method,
            State = site.State switch { DiffState.New => "new", DiffState.Gone => "gone", _ => "in both" },
            Before = rows.Select(row => row.Before),
            After = rows.Select(row => row.After),
        };
    }

    private static IEnumerable<object> Settings(CostResult before, CostResult after)
    {
        yield return new { Name = "File", Before = (string?)Path.GetFileName(before.Name), After = (string?)Path.GetFileName(after.Name) };
        yield return new { Name = "Program", Before = (string?)before.Program, After = (string?)after.Program };
        foreach (string name in before.Settings.Concat(after.Settings).Select(setting => setting.Name).Distinct())
            yield return new { Name = name, Before = ValueIn(before, name), After = ValueIn(after, name) };
    }

    private static string? ValueIn(CostResult result, string name) => result.Settings.FirstOrDefault(setting => setting.Name == name)?.Value;
}
