using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>Who ran, under which models, what was routed and what was not, and how complete the data is.</summary>
internal static class HeaderSection
{
    private const int MostListed = 8;

    /// <summary>Below this a trace is mostly the names of its sites.</summary>
    private const int FewEvents = 1000;

    private const string NeverRouted =
        "calls made by native libraries, the .NET runtime itself, emitted code, plug-ins from other folders and child processes";

    /// <summary>Notes of these kinds are other lines of the header, footnotes, or the answer.</summary>
    private static readonly string[] s_shownElsewhere = ["threads", "observer", "host-libc", "pages", "refused"];

    public static void Write(Page page, Report report)
    {
        ProgramEnd end = report.Program;
        page.Line(page.Paint($"Faultline: {end.Name}", Ink.Bold));
        if (report.Replay is { } replay)
        {
            Replayed(page, report, replay);
            return;
        }

        string how = end.Signal == null ? $"exit code {end.ExitCode}" : $"killed by {end.Signal} (exit code {end.ExitCode})";
        page.Labelled("ended", $"{how} after {Duration(end.WallTime)}");
        Models(page, report.Profile, report.Data.HasCounters, swapBytes: 0);
        Routing(page, report);
        if (report.Data.HasCounters)
            page.Labelled("data", report.Data.Text);
        if (report.Trace is { } trace)
            page.Labelled("trace", Recorded(trace));
        if (report.Trace?.Stacks is { } stacks)
            page.Labelled("stacks", Walked(stacks, end.WallTime));
        foreach (string note in report.Routing.Notes)
            page.Labelled("note", note);
        foreach (SessionNote note in report.Notes.Where(n => !s_shownElsewhere.Contains(n.Kind)))
            page.Labelled("note", $"{note.Kind}: {note.Text}");
    }

    private static void Replayed(Page page, Report report, ReplayFacts replay)
    {
        page.Labelled("replayed", $"{replay.Trace} ({replay.Source} trace, {Count(replay.Events, "event")})");
        Models(page, report.Profile, ran: false, replay.SwapBytes);
        if (replay.Tunables.Length > 0)
            page.Labelled("tunables", replay.Tunables);
        page.Labelled("touches", replay.TouchesText);
        page.Labelled("data", report.Data.Text);
        foreach (SessionNote note in report.Notes.Where(n => !s_shownElsewhere.Contains(n.Kind)))
            page.Labelled("note", note.Text);
    }

    private static void Models(Page page, Profile profile, bool ran, ulong swapBytes)
    {
        page.Labelled("libc", $"{profile.Libc} (simulated{(profile.HostLibc == null ? "" : $"; {profile.HostLibc}")}){(profile.Arenas == null ? "" : ": " + profile.Arenas)}");
        page.Labelled("kernel", $"{profile.Kernel} (simulated): "
            + $"{Bytes(profile.RamBytes)} RAM, {Count(profile.Cpus, "CPU")}, "
            + $"{Bytes(profile.PageBytes)} pages, transparent huge pages {profile.Thp}, {(swapBytes == 0 ? "no swap" : $"{Bytes(swapBytes)} swap")}");
        if (ran)
            page.Labelled("observer", profile.ObserverText);
    }

    private static void Routing(Page page, Report report)
    {
        RoutingFacts routing = report.Routing;
        string sites = Count((ulong)routing.Routed.Sum(a => (long)a.Sites), "call site");
        string calls = Count(report.Totals.Sites.Calls, "call");
        page.Labelled("routed", routing.Routed.Count == 0
            ? "nothing: no assembly has a call that Faultline knows"
            : $"{calls} from {sites} in {Listed(routing.Routed.Select(Assembly))}");
        foreach (IGrouping<string, UnroutedAssembly> group in routing.NotRouted.GroupBy(n => n.Reason))
            page.Labelled("not routed", $"{Listed(group.Select(n => n.Name))}: {group.Key}");
        foreach (IGrouping<string, UnroutedCall> group in routing.UnroutedCalls.GroupBy(n => n.Reason))
            page.Labelled("not routed", $"{Listed(group.Select(n => $"{n.Api} in {n.Place}"))}: {group.Key}");
        page.Labelled("not routed", NeverRouted);
        if (report.ForeignCalls > 0)
            page.Labelled("passed on", $"{Count(report.ForeignCalls, "routed call")} on blocks of unrouted code, to the real functions");
    }

    private static string Recorded(TraceFacts trace)
    {
        string size = $"{Count((ulong)trace.Events, "event")}, {Bytes((ulong)trace.Bytes)}"
            + (trace.Events < FewEvents ? "" : FormattableString.Invariant($" ({trace.BytesPerEvent:0.0} bytes an event)"));
        return trace.StopReason == null ? $"{trace.Path}: {size}" : $"{trace.Path} ends early, with {size}: {trace.StopReason}";
    }

    private static string Walked(StackFacts stacks, TimeSpan wallTime)
    {
        string which = stacks.Sampling.Kind == StackKind.All ? "of every allocation" : $"of a sample, one in {Bytes(stacks.Sampling.Bytes)} on average";
        string cost = FormattableString.Invariant($"{Duration(stacks.WalkTime)} of walking over all threads, {Percent(stacks.ShareOf(wallTime))} of the program's time");
        string lost = stacks.Lost == 0 ? "" : $"; of {Count((ulong)stacks.Lost, "stack")} nothing could be kept";
        return $"{which}: {Count((ulong)stacks.Walks, "stack")}, {cost}{lost}";
    }

    private static string Assembly(RoutedAssembly assembly)
        => $"{assembly.Name} ({assembly.Sites}{(assembly.HasSymbols ? "" : ", no symbols")})";

    private static string Listed(IEnumerable<string> names)
    {
        List<string> all = [.. names];
        IEnumerable<string> shown = all.Count <= MostListed ? all : [.. all.Take(MostListed), $"and {all.Count - MostListed} more"];
        return string.Join(", ", shown);
    }
}
