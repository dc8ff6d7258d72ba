// What GitHub Actions reads from a step: workflow commands on its output, and Markdown in the file that GITHUB_STEP_SUMMARY names.

namespace Faultline.Reporting;

/// <summary>Breaches as annotations of a workflow, and all checks as its step's summary.</summary>
public static class ActionsText
{
    /// <summary>One command a breach and site; without a source line it stands at the step.</summary>
    /// <param name="checks">Those that are breached are told.</param>
    /// <param name="root">The repository's folder: annotations need paths from there.</param>
    public static IEnumerable<string> Annotations(IReadOnlyList<LimitCheck> checks, string root)
    {
        foreach (LimitCheck check in checks.Where(check => check.IsBreached))
        {
            string title = $"title={Property($"{check.RuleId} {check.Name}")}";
            string place = check.Sites.FirstOrDefault(site => site.Site.File != null) is { } worst
                ? $"file={Property(SourcePaths.From(root, worst.Site.File!))},line={worst.Site.Line}," : "";
            yield return $"::warning {place}{title}::{Data(check.Text)}";
        }
    }

    /// <summary>A table of all checks.</summary>
    public static string Summary(CostResult result, IReadOnlyList<LimitCheck> checks)
    {
        using StringWriter text = new() { NewLine = "\n" };
        int breached = checks.Count(check => check.IsBreached);
        text.WriteLine($"### Native memory of {Cell(result.Program)}: {(breached == 0 ? "all limits hold" : $"{breached} of {checks.Count} limits breached")}");
        text.WriteLine();
        text.WriteLine("| | limit | measured | most of it |");
        text.WriteLine("|---|---|---|---|");
        foreach (LimitCheck check in checks.OrderByDescending(check => check.IsBreached))
            text.WriteLine($"| {(check.IsBreached ? "❌" : "✅")} | `{check.Name}` | {Cell(check.Text)} | "
                + $"{string.Join("<br>", check.Sites.Select(site => $"`{Code(site.Site.Display)}` {Cell(site.Text)}"))} |");
        text.WriteLine();
        return text.ToString();
    }

    private static string Data(string text) => text.Replace("%", "%25").Replace("\r", "%0D").Replace("\n", "%0A");

    private static string Property(string text) => Data(text).Replace(":", "%3A").Replace(",", "%2C");

    /// <summary>Between backticks nothing else is special.</summary>
    private static string Code(string text) => text.Replace("|", "\\|").Replace('`', '\'');

    private static string Cell(string text) => text.Replace("\\", "\\\\").Replace("|", "\\|").Replace("<", "&lt;").ReplaceLineEndings(" ");
}
