using System.Diagnostics;
using System.Globalization;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tool.Running;

/// <summary>
/// A trace that tells how far it has been read: events, how many a second, and by the file's bytes which share of it. What is decompressed on the way counts by its compressed bytes. A
/// pipe has no share.
/// </summary>
internal sealed class MeteredTrace(ITraceSource source, FileStream file, Action<string, double?> tell, TimeSpan? often = null) : ITraceSource
{
    private readonly TimeSpan _often = often ?? TimeSpan.FromMilliseconds(100);
    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _told;
    private ulong _events;
    private long _reached;

    public TraceMetadata Metadata => source.Metadata;

    public SiteTable Sites => source.Sites;

    public StackTable Stacks => source.Stacks;

    public TraceDamage? Damage => source.Damage;

    public IReadOnlyList<string> Notes => source.Notes;

    public int Read(Span<TraceEvent> events)
    {
        int count = source.Read(events);
        _events += (ulong)count;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_started);
        if (elapsed - _told < _often)
            return count;
        _told = elapsed;
        tell(Rate(_events, elapsed), Share());
        return count;
    }

    public void Dispose() => source.Dispose();

    /// <summary>"1,048,576 events, 2.1 M/s".</summary>
    public static string Rate(ulong count, TimeSpan elapsed, string unit = "events")
    {
        double second = elapsed > TimeSpan.Zero ? count / elapsed.TotalSeconds : 0;
        string rate = second >= 1e6 ? $"{(second / 1e6).ToString("0.0", CultureInfo.InvariantCulture)} M/s"
            : second >= 1e3 ? $"{(second / 1e3).ToString("0", CultureInfo.InvariantCulture)} k/s"
            : $"{second.ToString("0", CultureInfo.InvariantCulture)}/s";
        return $"{count.ToString("N0", CultureInfo.InvariantCulture)} {unit}, {rate}";
    }

    /// <summary>Threads' parts of a recording lie in any order: the furthest place counts. A file that was copied for being read twice is closed by now.</summary>
    private double? Share()
    {
        if (!file.CanSeek || file.Length == 0)
            return null;
        _reached = Math.Max(_reached, file.Position);
        return (double)_reached / file.Length;
    }
}
