using System.Globalization;
using Faultline.Tracing.Session;
using Faultline.Tracing.WhatIf;

namespace Faultline.Reporting;

/// <summary>A comparison of settings as text: the table, the best row and how to get it, and what the figures are.</summary>
public static class WhatIfText
{
    private const string BestMark = "*";

    public static void Write(WhatIfResult result, WhatIfFacts facts, TextWriter writer, TextOptions options)
    {
        Page page = new(writer, options);
        page.Line($"Faultline: what if {facts.Name} ran under other settings");
        page.Labelled("replayed", $"{facts.Replay.Trace} ({facts.Replay.Source} trace, {Quantity.Count(facts.Replay.Events, "event")}), {Quantity.Count((ulong)result.Rows.Count, "time")}");
        page.Labelled("touches", facts.Replay.TouchesText);
        page.Labelled("machine", $"{result.Baseline.Libc}, {ModelNames.Kernel}, {Quantity.Bytes(result.Baseline.Machine.RamBytes)}, {Quantity.Count((ulong)result.Baseline.Machine.Cpus, "CPU")} unless a row says otherwise");
        if (facts.Replay.Damage is { } damage)
            page.Labelled("damage", $"the trace is damaged; what comes before was replayed ({damage})");
        page.Heading("Settings (all figures are simulated)");
        page.Table(TableOf(result, facts));
        WriteBest(page, result, facts);
        if (facts.Real is { } real)
            RealText.Write(page, result, facts, real);
        page.Line();
        foreach (string footnote in Footnotes(facts))
            page.Hanging("  ", footnote);
    }

    private static Table TableOf(WhatIfResult result, WhatIfFacts facts)
    {
        Table table = new("", "peak RSS", "RSS at end", "minor faults", "system calls", "fragmentation", "kernel time", "arenas", "settings");
        WhatIfRow? chosen = Ranking.Choose(result.Rows, facts.BestBy);
        Dictionary<Criterion, IReadOnlyList<WhatIfRow>> best = Ranking.All.ToDictionary(c => c, c => Ranking.Best(result.Rows, c));
        foreach (WhatIfRow row in result.Rows)
        {
            string Cell(Criterion criterion, string text) => text + (best[criterion].Contains(row) ? BestMark : " ");
            table.Add(
                [.. Remarks(row, result)],
                ReferenceEquals(row, chosen) ? "best" : "",
                Cell(Criterion.Rss, Quantity.Bytes(row.PeakRss)),
                Cell(Criterion.End, Quantity.Bytes(row.RssAtEnd)),
                Cell(Criterion.Faults, Quantity.Number(row.MinorFaults)),
                Cell(Criterion.Syscalls, Quantity.Number(row.SystemCalls)),
                Cell(Criterion.Fragmentation, Quantity.Percent(row.Fragmentation)),
                Cell(Criterion.Time, Time(row.KernelNanoseconds)),
                Quantity.Number((ulong)row.Arenas),
                SettingsOf(row, facts));
        }

        return table;
    }

    internal static string SettingsOf(WhatIfRow row, WhatIfFacts facts)
        => row.Combination.IsBaseline ? $"{facts.BaselineName}: {row.Combination}" : row.Combination.ToString();

    private static IEnumerable<string> Remarks(WhatIfRow row, WhatIfResult result)
    {
        if (row.UnbackedPages > 0)
            yield return $"{Quantity.Count(row.UnbackedPages, "access", "accesses")} found no free frame";
        if (row.Failures > 0)
            yield return $"{Quantity.Count(row.Failures, "allocation")} failed";
        if (!Ranking.IsServed(row, result.Rows))
            yield return "the program did not get its memory: the row is never best";
    }

    private static void WriteBest(Page page, WhatIfResult result, WhatIfFacts facts)
    {
        page.Line();
        if (Ranking.Choose(result.Rows, facts.BestBy) is not { } best)
        {
            page.Paragraph("No row is best: the program did not get its memory in any (give the machine more: --ram).");
            return;
        }

        WhatIfRow baseline = result.Rows[0];
        string rule = $"least {facts.BestBy.Title()}, then least {Ranking.Second(facts.BestBy).Title()}";
        if (ReferenceEquals(best, baseline))
        {
            page.Paragraph($"Best ({rule}): {facts.BaselineName}. Nothing to set.");
            return;
        }

        page.Paragraph($"Best ({rule}): {string.Join(' ', Ranking.Changes(best, baseline))}. Against {facts.BaselineName}: {string.Join(", ", Ranking.All.Select(c => Change(c, baseline, best)))}.");
        SettingAdvice advice = SettingAdvice.For(best, baseline);
        page.Paragraph(advice.Variables == null ? "Nothing to set in the environment." : "To set, before the program:");
        if (advice.Variables != null)
            page.Line($"  {advice.Variables}");
        foreach (string sentence in advice.Machine)
            page.Hanging("  ", sentence);
    }

    private static string Change(Criterion criterion, WhatIfRow from, WhatIfRow to)
    {
        double before = Ranking.Of(from, criterion), after = Ranking.Of(to, criterion);
        if (criterion == Criterion.Fragmentation)
            return $"{criterion.Title()} {Signed((after - before) * 100)} points";
        return before == 0 ? $"{criterion.Title()} {(after == 0 ? "the same" : "from none")}" : $"{criterion.Title()} {Signed((after / before - 1) * 100)} %";
    }

    private static string Signed(double value) => value.ToString("+0.#;-0.#;±0", CultureInfo.InvariantCulture);

    private static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1e6 => (nanoseconds / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " µs",
        < 1e9 => (nanoseconds / 1e6).ToString("0.#", CultureInfo.InvariantCulture) + " ms",
        _ => (nanoseconds / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + " s",
    };

    private static IEnumerable<string> Footnotes(WhatIfFacts facts)
    {
        yield return $"{BestMark} best by that column: within {Quantity.Percent(Ranking.Tie)} of the least. best: by the rule above; of rows that are equal in it, the one with the fewest changes, then the first.";
        yield return "fragmentation: share of resident memory that holds nothing the program asked for: 1 - mean live requested bytes / mean RSS, both "
            + "over all events of the trace. Below 0 where blocks are not touched to their end.";
        yield return $"kernel time: an estimate, faults, frames and system calls weighed with nanoseconds that were measured on {KernelCost.Machine}; good for ranking, "
            + "not for predicting.";
        yield return "dynamic: frees of mapped blocks move the threshold, as glibc does when none of mmap_threshold, trim_threshold, top_pad and mmap_max is set; "
            + "setting any of them stops all of it. mallopt calls of the program are replayed and override what is set here.";
        foreach (string note in facts.Notes)
            yield return note;
    }
}
