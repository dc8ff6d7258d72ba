using System.Globalization;
using Faultline.Reporting;
using Faultline.Reporting.Exports;
using Faultline.Tool.Running;
using Faultline.Tool.Verbs;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tool.Exporting;

/// <summary>What <c>faultline export</c> was asked for.</summary>
internal sealed record ExportRequest(string Trace, ExportFormat Format, ExportMetric? Metric)
{
    /// <summary>Throws <see cref="UsageException"/> for what does not go together.</summary>
    public void Check(bool hasFile)
    {
        if (Metric != null && !Format.HasMetrics)
            throw new UsageException($"--metric {Metric.Name} is for speedscope and collapsed: {Format.Name} holds all that it can");
        if (Format.IsBinary && !hasFile)
            throw new UsageException($"--format {Format.Name} is not text: give --output FILE");
        if (Format.ReadsAgain)
            TraceFiles.RequireRereadable(Trace);
    }
}

/// <summary>Replays the trace under its own settings and has it written; the last line, on standard error, says what was written and what it is not.</summary>
internal static class Export
{
    public static void Write(ExportRequest request, NewFile? target, TextWriter output, TextWriter error)
    {
        ExportInput input = Progress.OnTerminal(error).Reading($"exporting {Path.GetFileName(request.Trace)}", open =>
        {
            ExportInput replayed = Replay(request, open);
            NewFile.Put(target, output, stream => request.Format.Write(replayed, stream));
            return replayed;
        });
        if (input.Replay.Damage is { } damage)
            error.WriteLine($"faultline: {request.Trace} is damaged, what comes before it was exported: {damage.ToString().ReplaceLineEndings(" ")}");
        if (input.Stacks.IsEstimate && request.Format.Name is not ("massif" or "allocinfo"))
            error.WriteLine(EstimateNote(input));
    }

    private static string EstimateNote(ExportInput input) => string.Create(CultureInfo.InvariantCulture,
        $"faultline: stacks were sampled, so these are estimates: {input.Stacks.Total.RequestedBytes:N0} bytes asked for, where the trace has {input.Report.Totals.Sites.RequestedBytes:N0}");

    private static ExportInput Replay(ExportRequest request, Func<string, ITraceSource> open)
    {
        using ITraceSource source = open(request.Trace);
        ReplayResult replay = TraceReplay.Run(source, new ReplayOptions { TraceName = Path.GetFileName(request.Trace) });
        RunFacts run = new(request.Trace, replay.Trace.Program, 0, TimeSpan.Zero, 0, 0) { Replay = ReplayFacts.Of(replay, request.Trace) };
        Report report = ReportBuilder.Build(ReplayFacts.ReadingOf(replay), replay.Names, run, new RoutingFacts("replay", [], [], [], [], []));
        return new(request.Trace, replay, report, StackPathBuilder.Build(replay), request.Metric, () => open(request.Trace));
    }
}
