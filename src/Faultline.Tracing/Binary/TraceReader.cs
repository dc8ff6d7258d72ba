using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Binary;

/// <summary>
/// Reads a .fltrace file. Opening it goes over the whole file once to check it, so that sites, the number of events and damage
/// are known before the first event; the events are then read again, a block at a time.
/// </summary>
public sealed class TraceReader : ITraceSource
{
    private readonly Stream _stream;
    private readonly TraceFileIndex _index;
    private readonly LaneMerge _lanes;

    /// <param name="stream">Seekable (ArgumentException otherwise), whole; closed by <see cref="Dispose"/>.</param>
    /// <exception cref="TraceFormatException">It is no trace, or one of another version.</exception>
    public TraceReader(Stream stream)
    {
        if (!stream.CanSeek)
            throw new ArgumentException("a .fltrace is read twice, so its stream must be seekable", nameof(stream));
        _stream = stream;
        _index = TraceFileIndex.Read(stream);
        Damage = _index.Damage;
        var lanes = new List<LaneReader>();
        foreach ((int number, List<EventBlock> blocks) in _index.Lanes)
        {
            var lane = new LaneReader(stream, number, blocks);
            if (lane.MoveNext())
                lanes.Add(lane);
            else
                Damage = lane.Damage ?? Damage;
        }

        _lanes = new LaneMerge(lanes);
    }

    public TraceMetadata Metadata => _index.Metadata;

    public SiteTable Sites => _index.Sites;

    public StackTable Stacks => _index.Stacks;

    public IReadOnlyList<string> Notes => _index.Notes;

    /// <summary>Events in the file up to where it is damaged.</summary>
    public long EventCount => _index.EventCount;

    /// <summary>Events delivered so far.</summary>
    public long EventsRead { get; private set; }

    /// <summary>Known from the start here; more may be found only in a file that no <see cref="TraceWriter"/> wrote.</summary>
    public TraceDamage? Damage { get; private set; }

    /// <summary>Opens a file. Throws <see cref="IOException"/> too, when it cannot be read.</summary>
    public static TraceReader Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, LaneBuffer.Capacity);
        try
        {
            return new TraceReader(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public int Read(Span<TraceEvent> events)
    {
        int count = 0;
        while (count < events.Length && !_lanes.IsEmpty)
        {
            LaneReader lane = _lanes.First;
            bool more;
            do
            {
                events[count++] = lane.Current;
                more = lane.MoveNext();
            }
            while (more && count < events.Length && _lanes.FirstIsStillFirst);

            if (more)
                _lanes.Reorder();
            else
                EndLane(lane);
        }

        EventsRead += count;
        return count;
    }

    public void Dispose() => _stream.Dispose();

    private void EndLane(LaneReader lane)
    {
        _lanes.RemoveFirst();
        if (lane.Damage == null)
            return;
        Damage = lane.Damage;
        _lanes.Clear();
    }
}
