using Faultline.Reporting;
using Faultline.Tool.Profiling;
using Faultline.Tool.Verbs;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tool.Running;

/// <summary>A trace that has been replayed: its report, and the profile of the program that it was recorded of.</summary>
internal sealed record ReplayedTrace(string Path, ReplayResult Result)
{
    /// <summary>Throws <see cref="UsageException"/> with one line where nothing of the trace can be read.</summary>
    /// <param name="path">The trace.</param>
    /// <param name="options">The machine and the settings.</param>
    /// <param name="assumes">The user said what to take for touched.</param>
    /// <param name="overrides">The user set something else than what the trace was recorded under.</param>
    /// <param name="error">For progress, if it is a terminal.</param>
    public static ReplayedTrace Run(string path, ReplayOptions options, bool assumes, bool overrides, TextWriter error)
        => new(path, Progress.OnTerminal(error).Reading($"replaying {System.IO.Path.GetFileName(path)}", open => Replay(path, options, assumes, overrides, open)));

    public Report Report()
    {
        string name = Result.Trace.Program.Length > 0 ? Result.Trace.Program : System.IO.Path.GetFileName(Path);
        RunFacts run = new(Path, name, 0, TimeSpan.Zero, 0, 0) { Replay = ReplayFacts.Of(Result, Path) };
        RoutingFacts routing = new("replay", [], [], [], [], []);
        return ReportBuilder.Build(ReplayFacts.ReadingOf(Result), Result.Names, run, routing);
    }

    /// <summary>Sources count that are older than the recording: the program's build is not at hand.</summary>
    public MeasuredProfile Profile(Report report)
    {
        DateTime? recorded = Result.Trace.StartedUnixNanoseconds > 0 ? DateTime.UnixEpoch.AddTicks(Result.Trace.StartedUnixNanoseconds / 100) : null;
        return MeasuredProfileBuilder.Build(report, SiteNaming.Of(Result.Names, _ => recorded), Result.Measurements);
    }

    private static ReplayResult Replay(string path, ReplayOptions options, bool assumes, bool overrides, Func<string, ITraceSource> open)
    {
        ReplayResult Once(BlockTouches? seen)
        {
            using ITraceSource source = open(path);
            TraceFiles.RequireNoTouches(path, source.Metadata, assumes);
            return TraceReplay.Run(source, options, seen: seen);
        }

        ReplayResult replay = Once(null);
        // Settings that put blocks elsewhere need more than what the recording saw of pages. A pipe can be read only once.
        if (!overrides || replay.IsFaithful || replay.Trace.Touches != TouchKnowledge.Observed || new FileInfo(path).Length == 0)
            return replay;
        using ITraceSource again = open(path);
        return Once(BlockTouches.Read(again));
    }
}
