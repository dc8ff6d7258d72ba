namespace Faultline.Reporting;

/// <summary>The report's closing line: the one thing worth doing next, worst trouble first.</summary>
internal static class NextStep
{
    public static string For(
        DataState data, IReadOnlyList<Finding> findings, IReadOnlyList<SiteReport> leaks, IReadOnlyList<SiteReport> sites, RunFacts run,
        IReadOnlyList<Advice>? advice = null)
    {
        if (advice is [{ } first, ..])
            return $"change {first.Site.Display}, record the program again, and compare with this page: faultline run --trace after.fltrace …, then faultline report after.fltrace";
        string verb = run.Replay == null ? "run" : "replay";
        string again = run.IsOwn ? run.Target : $"faultline {verb} {Quote(run.Target)}";
        string keep = run.IsOwn ? $"{OwnReport.OutputVariable}=before.json {run.Target}" : $"{again} --json --output before.json";
        if (!data.HasCounters)
            return $"settle the reason above, then run again: {again}";
        if (sites.Count == 0 && run.Replay != null)
            return "record a trace that has calls of malloc in it";
        if (sites.Count == 0)
            return "nothing to mend here; what native libraries allocate themselves is not seen";
        if (findings.Count > 0)
            return $"mend finding 1{At(findings[0])}, then run again: {again}";
        if (leaks.Count > 0)
            return $"free what {leaks[0].Site.Display} allocates, then {(run.Replay == null ? "run" : "record and replay")} again: {again}";
        SiteReport? worst = sites.FirstOrDefault(s => s.Verdicts.Count > 0);
        if (run.Trace is { StopReason: null, Events: > 0 } trace)
            return $"{(worst == null ? "" : $"look at {worst.Site.Display}, and ")}try other settings on what was recorded: faultline whatif {Quote(trace.Path)} --vary malloc.mmap_threshold=65536,1048576";
        return worst != null
            ? $"look at {worst.Site.Display}, and keep these numbers to compare with: {keep}"
            : $"keep these numbers to compare with later: {keep}";
    }

    private static string At(Finding finding)
        => finding.Steps.Count == 0 ? "" : $" ({finding.Steps[^1].Site.Display})";

    private static string Quote(string path) => path.Contains(' ') ? $"\"{path}\"" : path;
}
