namespace Faultline.Tracing.WhatIf;

/// <summary>
/// Which settings are best. By one criterion: every row within <see cref="Tie"/> of the least counts as equal. Overall: of those that
/// are best by the criterion asked for, those that are best in the second (kernel time; for kernel time peak RSS), of these the one with the
/// fewest settings that are not the trace's own, then the one that comes first. Rows that did not get their memory, be it that
/// no frame was free or that more allocations failed than in another row, are never best.
/// </summary>
public static class Ranking
{
    /// <summary>A difference of a few pages is no reason to set anything.</summary>
    public const double Tie = 0.01;

    public static IReadOnlyList<Criterion> All { get; } = Enum.GetValues<Criterion>();

    public static double Of(WhatIfRow row, Criterion criterion) => criterion switch
    {
        Criterion.Rss => row.PeakRss,
        Criterion.End => row.RssAtEnd,
        Criterion.Faults => row.MinorFaults,
        Criterion.Syscalls => row.SystemCalls,
        Criterion.Fragmentation => row.Fragmentation,
        _ => row.KernelNanoseconds,
    };

    /// <summary>What decides between rows that are equal by a criterion.</summary>
    public static Criterion Second(Criterion criterion) => criterion == Criterion.Time ? Criterion.Rss : Criterion.Time;

    /// <summary>The rows that are best by a criterion, none where no row got its memory.</summary>
    public static IReadOnlyList<WhatIfRow> Best(IReadOnlyList<WhatIfRow> rows, Criterion criterion)
    {
        List<WhatIfRow> served = [.. rows.Where(row => IsServed(row, rows))];
        if (served.Count == 0)
            return [];
        double least = served.Min(row => Of(row, criterion));
        double limit = least + Math.Abs(least) * Tie;
        return [.. served.Where(row => Of(row, criterion) <= limit)];
    }

    /// <summary>The row to recommend, null where no row got its memory. The first row is the trace's own settings.</summary>
    public static WhatIfRow? Choose(IReadOnlyList<WhatIfRow> rows, Criterion criterion)
        => Best(Best(rows, criterion), Second(criterion)).MinBy(row => Changes(row, rows[0]).Count());

    /// <summary>A row got its memory, as far as any of the rows did.</summary>
    public static bool IsServed(WhatIfRow row, IReadOnlyList<WhatIfRow> rows)
        => row.UnbackedPages == 0 && row.Failures == rows.Min(other => other.Failures);

    /// <summary>The settings in which a row is not the trace's own.</summary>
    public static IEnumerable<SettingValue> Changes(WhatIfRow row, WhatIfRow baseline)
        => row.Combination.Values.Except(baseline.Combination.Values);
}
