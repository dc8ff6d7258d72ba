using Faultline.Tracing.WhatIf;

namespace Faultline.Reporting;

/// <summary>The model's figures beside those of real processes, row by row, and whether both have the same row best.</summary>
internal static class RealText
{
    public static void Write(Page page, WhatIfResult result, WhatIfFacts facts, RealComparison real)
    {
        page.Heading($"Beside a real process for each row ({real.Host})");
        foreach (string mismatch in real.Mismatches)
            page.Hanging("  ", $"profile does not match: {mismatch}");
        Table table = new("peak RSS model", "real", "RSS at end model", "real", "minor faults model", "real", "settings");
        for (int i = 0; i < result.Rows.Count; i++)
        {
            WhatIfRow row = result.Rows[i];
            RealFigures figures = real.Rows[i];
            table.Add(
                Kilobytes(row.PeakRss), Kilobytes(figures.PeakRss), Kilobytes(row.RssAtEnd), Kilobytes(figures.RssAtEnd),
                Quantity.Number(row.MinorFaults), Quantity.Number(figures.MinorFaults), WhatIfText.SettingsOf(row, facts));
        }

        page.Table(table);
        page.Line();
        page.Paragraph(Verdict(result, facts, real));
    }

    /// <summary>Whether the row that the model has best is, of the real ones, within a tie of the least.</summary>
    public static bool? Agrees(WhatIfResult result, WhatIfFacts facts, RealComparison real)
    {
        if (Ranking.Choose(result.Rows, facts.BestBy) is not { } best)
            return null;
        int index = result.Rows.ToList().IndexOf(best);
        return Of(real.Rows[index], facts.BestBy) <= real.Rows.Min(row => Of(row, facts.BestBy)) * (1 + Ranking.Tie);
    }

    private static string Verdict(WhatIfResult result, WhatIfFacts facts, RealComparison real) => Agrees(result, facts, real) switch
    {
        true => $"The model's best row by {facts.BestBy.Title()} is also the real one's (within {Quantity.Percent(Ranking.Tie)} of the least).",
        false => $"The model's best row by {facts.BestBy.Title()} is NOT the real one's.",
        null => "No row of the model got its memory: there is no best one to compare.",
    };

    private static double Of(RealFigures figures, Criterion criterion) => criterion switch
    {
        Criterion.Rss => figures.PeakRss,
        Criterion.End => figures.RssAtEnd,
        Criterion.Faults => figures.MinorFaults,
        _ => throw new ArgumentOutOfRangeException(nameof(criterion), criterion, "no real figure"),
    };

    private static string Kilobytes(ulong bytes) => Quantity.Number(bytes / 1024) + " KiB";
}
