namespace Faultline.Reporting;

/// <summary>Checked limits for people: every breach with its sites, then what holds.</summary>
public static class LimitText
{
    public static void Write(CostResult result, IReadOnlyList<LimitCheck> checks, TextWriter output)
    {
        int breached = checks.Count(check => check.IsBreached);
        output.WriteLine(breached == 0
            ? $"{result.Name}: {(checks.Count == 1 ? "the limit holds" : $"all {checks.Count} limits hold")}"
            : $"{result.Name}: {breached} of {Quantity.Count((ulong)checks.Count, "limit")} {(breached == 1 ? "is" : "are")} breached");
        foreach (LimitCheck check in checks.OrderByDescending(check => check.IsBreached))
        {
            output.WriteLine($"  {(check.IsBreached ? "BREACH" : "ok    ")}  {check.Name}: {check.Text}");
            if (check.IsBreached && !(check.Sites is [var only] && check.Text.StartsWith(only.Site.Display, StringComparison.Ordinal)))
                foreach (SiteShare site in check.Sites)
                    output.WriteLine($"          {site.Site.Display} ({site.Site.Api}): {site.Text}");
        }
    }
}
