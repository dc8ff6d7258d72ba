using Faultline.Tracing.Events;
using Faultline.Tracing.Inspection;
using Faultline.Tracing.Replay;

namespace Faultline.Reporting;

/// <summary>Puts together what was seen of a replay.</summary>
public static class PicturesBuilder
{
    /// <param name="replay">The replay that counted.</param>
    /// <param name="all">What looked at all of it.</param>
    /// <param name="looked">The replay that <paramref name="all"/> looked at: the same, or one that sees touches otherwise.</param>
    /// <param name="peak">What looked at the same trace up to the peak, and at the machine's end.</param>
    public static Pictures Build(ReplayResult replay, ReplayInspector all, ReplayResult looked, ReplayInspector peak) => new(
        all.Timeline,
        replay.Trace.Clock == TraceClock.Nanoseconds,
        peak.Map,
        all.EndMap,
        all.Sites,
        replay.Sites.ToDictionary(site => site.Id, site => site.TemporaryBlocks),
        StackPathBuilder.Build(replay),
        [.. peak.Proc.Select(file => new ProcFile(file.Path, file.Text))],
        [.. looked.Notes.Except(replay.Notes).Select(note => $"timeline and heap map: {note}")]);
}
