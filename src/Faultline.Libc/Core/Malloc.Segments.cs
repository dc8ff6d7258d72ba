namespace Faultline.Libc;

// Where the main arena's chunks lie. glibc never needs to know (it only ever walks lists); the heap walk does. There is
// one segment unless brk failed or somebody else moved the break: the last is open and ends with top, the others end
// behind their fences.
public sealed unsafe partial class Malloc<TProcess>
{
    private readonly List<Segment> _segments = [];

    private void OpenSegment(ulong start) => _segments.Add(new Segment(start, 0));

    /// <summary>Closes the segment before the one just opened.</summary>
    private void CloseSegment(ulong end) => _segments[^2] = _segments[^2] with { End = end };

    /// <summary>First chunk, and the address behind the last (0 while top is the last).</summary>
    private readonly record struct Segment(ulong Start, ulong End);
}
