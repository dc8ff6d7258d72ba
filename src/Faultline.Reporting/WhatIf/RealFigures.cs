using Faultline.Tracing.WhatIf;

namespace Faultline.Reporting;

/// <summary>What a trace or a program cost a real process: resident bytes above those from before it, and minor faults.</summary>
public readonly record struct RealFigures(ulong PeakRss, ulong RssAtEnd, ulong MinorFaults)
{
    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> for what no process shows.</summary>
    public ulong Of(Criterion criterion) => criterion switch
    {
        Criterion.Rss => PeakRss,
        Criterion.End => RssAtEnd,
        Criterion.Faults => MinorFaults,
        _ => throw new ArgumentOutOfRangeException(nameof(criterion), criterion, "no real figure"),
    };
}

/// <summary>One row's real runs.</summary>
/// <param name="Runs">At least one.</param>
public sealed record RealRow(IReadOnlyList<RealFigures> Runs)
{
    /// <summary>Of an even number of runs the lower of the two in the middle.</summary>
    public ulong Median(Criterion criterion) => Sorted(criterion)[(Runs.Count - 1) / 2];

    /// <summary>Between the least and the most of the runs: what is noise.</summary>
    public ulong Spread(Criterion criterion) => Sorted(criterion) is var sorted ? sorted[^1] - sorted[0] : 0;

    private ulong[] Sorted(Criterion criterion) => [.. Runs.Select(run => run.Of(criterion)).Order()];
}

/// <summary>The same settings on a real C library and kernel.</summary>
/// <param name="Host">Library and kernel, by version.</param>
/// <param name="Rows">In the order of the comparison's rows.</param>
/// <param name="Mismatches">In what the host is not what the model describes, one sentence each.</param>
public sealed record RealComparison(string Host, IReadOnlyList<RealRow> Rows, IReadOnlyList<string> Mismatches)
{
    /// <summary>The command line that was run; null where the trace was replayed.</summary>
    public string? Program { get; init; }
}
