using Faultline.Tracing.Replay;
using Faultline.Tracing.WhatIf;

namespace Faultline.Reporting;

/// <summary>What a comparison is of, and how it is to be read.</summary>
/// <param name="Name">The program or, where it is not known, the trace's file.</param>
/// <param name="Replay">The trace.</param>
/// <param name="BestBy">What the best row is chosen by.</param>
/// <param name="BaselineName">"as recorded", or "as given" where options overrode the trace's own settings.</param>
/// <param name="Notes">What reader and replay passed over.</param>
public sealed record WhatIfFacts(string Name, ReplayFacts Replay, Criterion BestBy, string BaselineName, IReadOnlyList<string> Notes)
{
    /// <summary>Null where nothing real was run.</summary>
    public RealComparison? Real { get; init; }

    public static WhatIfFacts Of(ReplayResult baseline, string trace, Criterion bestBy, bool overridden) => new(
        baseline.Trace.Program.Length > 0 ? baseline.Trace.Program : Path.GetFileName(trace),
        ReplayFacts.Of(baseline, trace),
        bestBy,
        overridden ? "as given" : "as recorded",
        baseline.Notes);
}

/// <summary>Names of criteria.</summary>
public static class CriterionNames
{
    /// <summary>As the text's columns have it.</summary>
    public static string Title(this Criterion criterion) => criterion switch
    {
        Criterion.Rss => "peak RSS",
        Criterion.End => "RSS at end",
        Criterion.Faults => "minor faults",
        Criterion.Syscalls => "system calls",
        Criterion.Fragmentation => "fragmentation",
        _ => "kernel time",
    };

    /// <summary>As the command line and the JSON have it.</summary>
    public static string Word(this Criterion criterion) => criterion.ToString().ToLowerInvariant();
}
