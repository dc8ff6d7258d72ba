using Faultline.Tracing.WhatIf;

namespace Faultline.Reporting;

/// <summary>The model's figures beside those of real processes, row by row, and whether both have the same row best.</summary>
internal static class RealText
{
    public static void Write(Page page, WhatIfResult result, WhatIfFacts facts, RealComparison real)
    {
        int runs = real.Rows[0].Runs.Count;
        page.Heading(real.Program == null
            ? $"Beside a real process for each row ({real.Host})"
            : $"Beside the program itself, {Quantity.Count((ulong)runs, "run")} for each row ({real.Host})");
        foreach (string mismatch in real.Mismatches)
            page.Hanging("  ", $"profile does not match: {mismatch}");
        bool repeated = runs > 1;
        Table table = new("peak RSS model", "real", "RSS at end model", "real", "minor faults model", "real", "settings");
        for (int i = 0; i < result.Rows.Count; i++)
        {
            WhatIfRow row = result.Rows[i];
            RealRow figures = real.Rows[i];
            string Sizes(Criterion criterion) => Kilobytes(figures.Median(criterion)) + (repeated ? $" ±{Quantity.Number(HalfSpread(figures, criterion) / 1024)}" : "");
            table.Add(
                Kilobytes(row.PeakRss), Sizes(Criterion.Rss), Kilobytes(row.RssAtEnd), Sizes(Criterion.End), Quantity.Number(row.MinorFaults),
                Quantity.Number(figures.Median(Criterion.Faults)) + (repeated ? $" ±{Quantity.Number(HalfSpread(figures, Criterion.Faults))}" : ""),
                WhatIfText.SettingsOf(row, facts));
        }

        page.Table(table);
        if (real.Program is { } program)
            page.Hanging("  ", $"real: {program}, unrouted; what was resident before its Main, and faults until then, are taken off. What the runtime takes later is in it, and "
                + "not in the model." + (repeated ? " The median of the runs, and half of what lies between the least and the most." : ""));
        page.Line();
        page.Paragraph(Verdict(result, facts, real));
    }

    /// <summary>
    /// Whether the row that the model has best is, of the real ones, within a tie of the least, or no further from it than runs of one of
    /// the two lie apart.
    /// </summary>
    public static bool? Agrees(WhatIfResult result, WhatIfFacts facts, RealComparison real)
    {
        if (Ranking.Choose(result.Rows, facts.BestBy) is not { } best)
            return null;
        RealRow chosen = real.Rows[result.Rows.ToList().IndexOf(best)], least = real.Rows.MinBy(row => row.Median(facts.BestBy))!;
        ulong noise = Math.Max(chosen.Spread(facts.BestBy), least.Spread(facts.BestBy));
        return chosen.Median(facts.BestBy) <= Math.Max(least.Median(facts.BestBy) * (1 + Ranking.Tie), least.Median(facts.BestBy) + noise);
    }

    private static string Verdict(WhatIfResult result, WhatIfFacts facts, RealComparison real) => Agrees(result, facts, real) switch
    {
        true => $"The model's best row by {facts.BestBy.Title()} is also the real one's (within {Quantity.Percent(Ranking.Tie)} of the least"
            + (real.Rows[0].Runs.Count > 1 ? ", or within what its runs lie apart)." : ")."),
        false => $"The model's best row by {facts.BestBy.Title()} is NOT the real one's.",
        null => "No row of the model got its memory: there is no best one to compare.",
    };

    private static ulong HalfSpread(RealRow row, Criterion criterion) => row.Spread(criterion) / 2;

    private static string Kilobytes(ulong bytes) => Quantity.Number(bytes / 1024) + " KiB";
}
