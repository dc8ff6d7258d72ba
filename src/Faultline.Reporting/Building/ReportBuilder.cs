using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>Makes the report of a run: a pure function of what the session holds, the site table and what the starter saw.</summary>
public static class ReportBuilder
{
    /// <param name="session">What the session holds.</param>
    /// <param name="table">The sites' names.</param>
    /// <param name="run">What the starter saw.</param>
    /// <param name="routing">What the router did.</param>
    /// <param name="pictures">Of an inspected replay; null: there is none.</param>
    public static Report Build(SessionReading session, SiteTable table, RunFacts run, RoutingFacts routing, Pictures? pictures = null)
    {
        string? signal = EndedInOrder(session) ? null : Signals.FromExitCode(run.ExitCode);
        DataState data = DataStateBuilder.Build(session, run, signal);
        IReadOnlyList<SiteReport> sites = SiteBuilder.Rank(session, table);
        Amounts sum = sites.Aggregate(default(Amounts), (total, site) => total + site.Amounts);
        SnapshotRecord? snapshot = data.HasCounters ? session.Snapshot : null;
        ProcessTotals? process = snapshot is { } s ? ProcessBuilder.Totals(s, sum) : null;
        Totals totals = new(sum, process, Answer.For(sum, sites.Count(x => x.Amounts.Blocks > 0), process, data, run.Replay));
        IReadOnlyList<SiteReport> leaks = SiteBuilder.Leaks(sites);
        IReadOnlyList<Advice> advice = AdviceBuilder.Build(sites, process, pictures);
        IReadOnlyList<Finding> findings = [.. session.Findings.Select(f => FindingBuilder.Build(f, table))];
        return new()
        {
            Program = new(run.Target, run.Program, run.ExitCode, signal, run.WallTime),
            Replay = run.Replay,
            Trace = run.Trace,
            Profile = ProfileBuilder.Build(session, run.Replay),
            Routing = routing,
            ForeignCalls = session.Header.ForeignCalls,
            Data = data,
            Totals = totals,
            Sites = sites,
            Leaks = leaks,
            Findings = findings,
            FindingsNotKept = session.Header.FindingCount - Math.Min(session.Header.FindingCount, (ulong)findings.Count),
            Heap = snapshot is { } heap ? FragmentationBuilder.Heap(heap) : null,
            Zones = snapshot is { } physical ? FragmentationBuilder.Zones(physical) : [],
            SystemCalls = snapshot is { } calls ? ProcessBuilder.SystemCalls(calls) : null,
            Processes = snapshot is { } figures ? ProcessBuilder.Build(figures, session.Header, run) : null,
            Notes = session.Notes,
            Pictures = pictures,
            Advice = advice,
            Gaps = GapBuilder.Build(pictures),
            Next = NextStep.For(data, findings, leaks, sites, run, pictures == null ? null : advice),
        };
    }

    /// <summary>An exit code of 128 + n is then the program's own choice, not a signal.</summary>
    private static bool EndedInOrder(SessionReading session)
        => session.Header.State == SessionState.Finished && session.Snapshot is { Reason: SnapshotReason.Exit };
}
