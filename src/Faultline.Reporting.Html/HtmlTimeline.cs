using Faultline.Tracing.Inspection;

namespace Faultline.Reporting.Html;

/// <summary>The timeline by column; faults and calls are those of each interval.</summary>
internal static class HtmlTimeline
{
    public static object Of(Pictures pictures)
    {
        IReadOnlyList<TimelinePoint> points = pictures.Timeline.Points;
        IEnumerable<ulong> Each(Func<TimelinePoint, ulong> value) => points.Select(value);
        IEnumerable<ulong> Rise(Func<TimelinePoint, ulong> value) => points.Select((point, i) => i == 0 ? 0 : value(point) - value(points[i - 1]));
        return new
        {
            pictures.HasTimes,
            pictures.Timeline.Distance,
            Event = Each(p => p.Event),
            Time = Each(p => p.Time),
            Virt = Each(p => p.VirtualPages * 4096),
            Res = Each(p => p.HighestResidentPages * 4096),
            Live = Each(p => p.HighestLiveBytes),
            Faults = Rise(p => p.MinorFaults),
            Major = Rise(p => p.MajorFaults),
            Brk = Rise(p => p.BrkCalls),
            Mmap = Rise(p => p.MmapCalls),
            Munmap = Rise(p => p.MunmapCalls),
            Trims = Rise(p => p.Trims),
            Trimmed = Rise(p => p.TrimmedBytes),
            SwapOut = Rise(p => p.SwappedOut),
            SwapIn = Rise(p => p.SwappedIn),
            Threshold = Each(p => p.MmapThreshold),
            Markers = pictures.Timeline.Markers.Select(m => new { Kind = m.Kind == MarkerKind.OutOfMemory ? "oom" : "threshold", m.Event, m.Site, m.Before, m.After }),
            pictures.Timeline.MarkersNotKept,
        };
    }
}
