namespace Faultline.Tracing.Binary;

/// <summary>
/// The lanes of a trace as one order: a binary heap by the time of each lane's current event, at equal times by lane.
/// The first lane is followed for as long as its events come before those of all others.
/// </summary>
internal sealed class LaneMerge
{
    private readonly LaneReader[] _heap;
    private int _count;

    /// <summary>The lanes must stand at their first event.</summary>
    public LaneMerge(IEnumerable<LaneReader> lanes)
    {
        _heap = [.. lanes];
        _count = _heap.Length;
        for (int i = _count / 2 - 1; i >= 0; i--)
            SiftDown(i);
    }

    public bool IsEmpty => _count == 0;

    /// <summary>The lane whose event is next.</summary>
    public LaneReader First => _heap[0];

    /// <summary>Whether the first lane, having moved on, is still the first.</summary>
    public bool FirstIsStillFirst
        => (_count < 2 || !_heap[1].IsBefore(_heap[0])) && (_count < 3 || !_heap[2].IsBefore(_heap[0]));

    /// <summary>Puts the first lane, having moved on, where it belongs.</summary>
    public void Reorder() => SiftDown(0);

    /// <summary>Takes out the first lane, which has ended.</summary>
    public void RemoveFirst()
    {
        _heap[0] = _heap[--_count];
        SiftDown(0);
    }

    public void Clear() => _count = 0;

    private void SiftDown(int parent)
    {
        while (true)
        {
            int child = 2 * parent + 1;
            if (child >= _count)
                return;
            if (child + 1 < _count && _heap[child + 1].IsBefore(_heap[child]))
                child++;
            if (!_heap[child].IsBefore(_heap[parent]))
                return;
            (_heap[parent], _heap[child]) = (_heap[child], _heap[parent]);
            parent = child;
        }
    }
}
