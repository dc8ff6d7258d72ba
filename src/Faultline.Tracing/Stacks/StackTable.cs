namespace Faultline.Tracing.Stacks;

/// <summary>
/// Call stacks, interned: a stack is a node, which is its innermost frame and the node of the stack below it. Frames and nodes have
/// numbers from 1 on in the order in which they were added; node 0 is the empty stack, so a parent's number is below its children's.
/// </summary>
public sealed class StackTable
{
    private readonly List<StackFrameName> _frames = [default];
    private readonly List<(int Frame, int Parent)> _nodes = [default];

    /// <summary>A table without stacks.</summary>
    public static StackTable Empty => new();

    public int Frames => _frames.Count - 1;

    public int Nodes => _nodes.Count - 1;

    /// <summary>Answers the frame's number.</summary>
    public int AddFrame(in StackFrameName frame)
    {
        _frames.Add(frame);
        return Frames;
    }

    /// <summary>Answers the node's number. Throws <see cref="ArgumentOutOfRangeException"/> for a frame or a parent that is not there.</summary>
    public int AddNode(int frame, int parent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frame, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frame, Frames);
        ArgumentOutOfRangeException.ThrowIfNegative(parent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parent, Nodes);
        _nodes.Add((frame, parent));
        return Nodes;
    }

    /// <summary>Whether a stack of that number is there; 0 is not.</summary>
    public bool Has(int stack) => stack > 0 && stack <= Nodes;

    public StackFrameName Frame(int number) => _frames[number];

    public int FrameOf(int stack) => _nodes[stack].Frame;

    /// <summary>The stack of the caller; 0 for the outermost frame.</summary>
    public int ParentOf(int stack) => _nodes[stack].Parent;

    /// <summary>Frames of a stack, innermost first; none for 0 and for a number that is not there.</summary>
    public IEnumerable<StackFrameName> Walk(int stack)
    {
        for (int node = Has(stack) ? stack : 0; node != 0; node = _nodes[node].Parent)
            yield return _frames[_nodes[node].Frame];
    }
}

/// <summary>Fills a table with each frame and each stack once.</summary>
public sealed class StackInterner(StackTable table)
{
    private readonly Dictionary<StackFrameName, int> _frames = [];
    private readonly Dictionary<(int Frame, int Parent), int> _nodes = [];

    public int Frame(in StackFrameName frame)
    {
        if (!_frames.TryGetValue(frame, out int number))
            _frames.Add(frame, number = table.AddFrame(frame));
        return number;
    }

    /// <summary>The stack of a frame that was called from another stack.</summary>
    public int Node(int frame, int parent)
    {
        if (!_nodes.TryGetValue((frame, parent), out int number))
            _nodes.Add((frame, parent), number = table.AddNode(frame, parent));
        return number;
    }
}
