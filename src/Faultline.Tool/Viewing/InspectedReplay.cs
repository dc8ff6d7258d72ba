using Faultline.Reporting;
using Faultline.Tool.Verbs;
using Faultline.Tracing.Events;
using Faultline.Tracing.Inspection;
using Faultline.Tracing.Replay;

namespace Faultline.Tool.Viewing;

// The figures are those of 'faultline replay'. Pictures need more than the sums: when pages were touched. A recording sees that late, so for pictures it is
// read as touches of blocks (BlockTouches), which is a replay of its own; it finds the moment at which most was resident. The last replay stops there
// to draw the heap, and has the whole program around the traced calls where the trace knows its maps, for /proc.

/// <summary>A trace, replayed for a report with pictures.</summary>
internal sealed class InspectedReplay(string path, ReplayOptions options, bool assumes, bool overrides)
{
    /// <summary>Throws <see cref="UsageException"/> where nothing of the trace can be read.</summary>
    /// <param name="open">Opens the trace and shows how far it is read. Of the two that are read at once the longer one is shown.</param>
    public Report Build(Func<string, ITraceSource> open)
    {
        BlockTouches? seen = ReadTouches(open);
        ReplayInspector all = ReplayInspector.OfAll();
        // The two do not meet, and most machines have two processors.
        Task<ReplayResult>? figures = seen == null ? null : Task.Run(() => Run(TraceFiles.Open, null, null));
        ReplayResult looked = Run(open, seen, all);
        ReplayInspector peak = ReplayInspector.At(all.PeakEvent);
        using (ITraceSource source = open(path))
            TraceReplay.Play(source, options, ulong.MaxValue, seen, peak).Dispose();
        // Settings that put blocks elsewhere have figures only by way of the blocks' touches.
        ReplayResult replay = figures?.GetAwaiter().GetResult() is { } exact && (exact.IsFaithful || !overrides) ? exact : looked;
        RunFacts run = new(path, replay.Trace.Program.Length > 0 ? replay.Trace.Program : Path.GetFileName(path), 0, TimeSpan.Zero, 0, 0)
        {
            Replay = ReplayFacts.Of(replay, path),
        };
        return ReportBuilder.Build(ReplayFacts.ReadingOf(replay), replay.Names, run, new("replay", [], [], [], [], []), PicturesBuilder.Build(replay, all, looked, peak));
    }

    private BlockTouches? ReadTouches(Func<string, ITraceSource> open)
    {
        using ITraceSource source = open(path);
        TraceFiles.RequireNoTouches(path, source.Metadata, assumes);
        return source.Metadata.Touches == TouchKnowledge.Observed ? BlockTouches.Read(source) : null;
    }

    private ReplayResult Run(Func<string, ITraceSource> open, BlockTouches? seen, ReplayInspector? inspector)
    {
        using ITraceSource source = open(path);
        return TraceReplay.Run(source, options, seen: seen, inspector: inspector);
    }
}
