namespace Faultline.Tracing.Importers;

/// <summary>Which module was mapped where, out of the "m" lines of a raw heaptrack file; each set replaces the one before.</summary>
internal sealed class HeaptrackModules
{
    private readonly List<Segment> _segments = [];
    private bool _sorted;

    private readonly record struct Segment(ulong Start, ulong End, ulong Base, string Module);

    public string Executable { get; set; } = "";

    /// <summary>The rest of an "m" line after the name: where the module starts, then pairs of offset and length. False when it is not that.</summary>
    public bool TryAdd(string name, ref LineFields fields)
    {
        if (name == "-")
        {
            _segments.Clear();
            return fields.AtEnd;
        }

        if (!fields.TryHex(out ulong start))
            return false;
        while (!fields.AtEnd)
        {
            if (!fields.TryHex(out ulong offset) || !fields.TryHex(out ulong length))
                return false;
            _segments.Add(new Segment(start + offset, start + offset + length, start, name == "x" ? Executable : name));
        }

        _sorted = false;
        return true;
    }

    /// <summary>The module at an address and how far into it that is; "" when there is none.</summary>
    public (string Module, ulong Offset) Find(ulong address)
    {
        if (!_sorted)
            _segments.Sort((a, b) => a.Start.CompareTo(b.Start));
        _sorted = true;
        int low = 0;
        int high = _segments.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            Segment segment = _segments[middle];
            if (address < segment.Start)
                high = middle - 1;
            else if (address >= segment.End)
                low = middle + 1;
            else
                return (segment.Module, address - segment.Base);
        }

        return ("", address);
    }
}
