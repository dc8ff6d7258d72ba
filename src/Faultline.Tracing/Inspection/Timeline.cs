namespace Faultline.Tracing.Inspection;

// How many events will come is not known. Points are taken at equal distances; when there are too many, each second one is merged into
// its neighbour and the distance doubles:
//
//   distance 1   . . . . . . . .
//   distance 2     .   .   .   .   .   .
//   distance 4         .       .       .       .

/// <summary>A bounded number of points over a replay of any length, evenly spaced, with the highest values between them kept.</summary>
public sealed class Timeline
{
    /// <summary>Never more points than this, the start among them, and half of it at least once there were that many events. Odd, so that halving keeps the last.</summary>
    public const int MostPoints = 1025;

    /// <summary>Markers beyond this are counted and not kept.</summary>
    public const int MostMarkers = 256;

    private readonly List<TimelinePoint> _points = [];
    private readonly List<TimelineMarker> _markers = [];

    public IReadOnlyList<TimelinePoint> Points => _points;

    public IReadOnlyList<TimelineMarker> Markers => _markers;

    /// <summary>Markers that there was no room for.</summary>
    public int MarkersNotKept { get; private set; }

    /// <summary>Events from one point to the next; the last interval may be shorter.</summary>
    public ulong Distance { get; private set; } = 1;

    /// <summary>The number of the next event after which a point is wanted.</summary>
    internal ulong Next { get; private set; } = 1;

    internal void Add(in TimelinePoint point)
    {
        _points.Add(point);
        if (_points.Count == MostPoints)
            Halve();
        Next = point.Event - point.Event % Distance + Distance;
    }

    /// <summary>The replay's end, which is a point of its own where none was taken there.</summary>
    internal void Close(in TimelinePoint last)
    {
        if (_points.Count == 0 || _points[^1].Event != last.Event)
            _points.Add(last);
        else
            _points[^1] = last.After(_points[^1]);
    }

    internal void Mark(in TimelineMarker marker)
    {
        if (_markers.Count < MostMarkers)
            _markers.Add(marker);
        else
            MarkersNotKept++;
    }

    /// <summary>The first point is the start and has no interval before it.</summary>
    private void Halve()
    {
        Distance *= 2;
        int kept = 1;
        for (int i = 1; i < _points.Count; i++)
        {
            if (_points[i].Event % Distance == 0)
                _points[kept++] = i > 1 ? _points[i].After(_points[i - 1]) : _points[i];
        }

        _points.RemoveRange(kept, _points.Count - kept);
    }
}
