using Faultline.Tracing.Session;

namespace Faultline.Reporting;

// The one report model. ReportBuilder makes it, every writer (text, JSON) only lays it out: no writer computes a number or
// phrases a verdict, so that all of them say the same. All of it is immutable. Bytes are bytes, pages are 4 KiB.

/// <summary>Everything a report says about one run.</summary>
public sealed record Report
{
    public required ProgramEnd Program { get; init; }

    /// <summary>Null where a program ran; else no program ran and a trace was replayed.</summary>
    public required ReplayFacts? Replay { get; init; }

    /// <summary>The trace that was recorded of the run, null where none was.</summary>
    public required TraceFacts? Trace { get; init; }

    public required Profile Profile { get; init; }

    public required RoutingFacts Routing { get; init; }

    /// <summary>Routed calls on blocks of unrouted code, which went to the real functions.</summary>
    public required ulong ForeignCalls { get; init; }

    public required DataState Data { get; init; }

    public required Totals Totals { get; init; }

    /// <summary>Every site that was called, most costly first: by minor faults, then by bytes asked for.</summary>
    public required IReadOnlyList<SiteReport> Sites { get; init; }

    /// <summary>The sites with blocks that were still allocated at the end, most bytes first.</summary>
    public required IReadOnlyList<SiteReport> Leaks { get; init; }

    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Distinct findings that the session had no room for.</summary>
    public required ulong FindingsNotKept { get; init; }

    /// <summary>Null where no snapshot was taken, as for the three below.</summary>
    public required HeapFragmentation? Heap { get; init; }

    public required IReadOnlyList<ZoneFragmentation> Zones { get; init; }

    public required KernelCalls? SystemCalls { get; init; }

    public required ProcessFigures? Processes { get; init; }

    public required IReadOnlyList<SessionNote> Notes { get; init; }

    /// <summary>What only an inspected replay shows; null for others, as a program's run.</summary>
    public required Pictures? Pictures { get; init; }

    /// <summary>The sites to change first, the most worthwhile first; at most three, and none where nothing is worth it.</summary>
    public required IReadOnlyList<Advice> Advice { get; init; }

    /// <summary>Why the resident set is as large as it is, at the peak and at the end; empty without pictures.</summary>
    public required IReadOnlyList<ResidentGap> Gaps { get; init; }

    /// <summary>One sentence: what to do or run next.</summary>
    public required string Next { get; init; }
}
