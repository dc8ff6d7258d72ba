using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Reporting.Exports;

/// <summary>
/// massif's output file (massif/ms_main.c of Valgrind), for ms_print and massif-visualizer: what the program held over time, by call stack at the peak, the end and every tenth
/// snapshot. Time is bytes allocated and freed (B). Bytes are those asked for; the allocator's own are not in it (mem_heap_extra_B is 0).
/// </summary>
public static class MassifExport
{
    /// <summary>massif's own defaults: --threshold=1.0 and --depth=30.</summary>
    private const double Threshold = 0.01;
    private const int MostDepth = 30;

    public static void Write(IReadOnlyList<HeapMoment> moments, ReplayResult replay, string command, TextWriter writer)
    {
        writer.Write($"desc: Faultline, bytes asked for\ncmd: {command.ReplaceLineEndings(" ")}\ntime_unit: B\n");
        Frames frames = new(replay);
        for (int i = 0; i < moments.Count; i++)
        {
            HeapMoment moment = moments[i];
            writer.Write(FormattableString.Invariant($"#-----------\nsnapshot={i}\n#-----------\ntime={moment.Time}\nmem_heap_B={moment.LiveBytes}\nmem_heap_extra_B=0\nmem_stacks_B=0\n"));
            writer.Write($"heap_tree={(moment.Stacks == null ? "empty" : moment.IsPeak ? "peak" : "detailed")}\n");
            if (moment.Stacks != null)
                WriteTree(TreeOf(moment, frames), moment.LiveBytes, depth: 0, writer);
        }
    }

    private static Node TreeOf(HeapMoment moment, Frames frames)
    {
        Node root = new("(heap allocation functions) malloc/new/new[], --alloc-fns, etc.");
        foreach (LiveStack stack in moment.Stacks!)
        {
            Node at = root;
            at.Bytes += stack.Bytes;
            foreach (StackFrameName frame in frames.Of(stack).Reverse().Take(MostDepth))
                (at = at.Child(frame, frames)).Bytes += stack.Bytes;
        }

        return root;
    }

    /// <summary>Callers below their callees, most bytes first; those below the threshold as one line.</summary>
    private static void WriteTree(Node node, ulong total, int depth, TextWriter writer)
    {
        List<Node> children = [.. node.Children.OrderByDescending(child => child.Bytes).ThenBy(child => child.Text, StringComparer.Ordinal)];
        List<Node> shown = children.FindAll(child => child.Bytes >= total * Threshold);
        int below = children.Count - shown.Count;
        long belowBytes = children.Sum(child => (long)child.Bytes) - shown.Sum(child => (long)child.Bytes);
        writer.Write(FormattableString.Invariant($"{new string(' ', depth)}n{shown.Count + (below > 0 ? 1 : 0)}: {node.Bytes} {node.Text}\n"));
        foreach (Node child in shown)
            WriteTree(child, total, depth + 1, writer);
        if (below > 0)
            writer.Write(FormattableString.Invariant($"{new string(' ', depth + 1)}n0: {belowBytes} in {(below == 1 ? "1 place," : $"{below} places, all")} below massif's threshold (1.00%)\n"));
    }

    private sealed class Node(string text)
    {
        private readonly Dictionary<StackFrameName, Node> _children = [];

        public string Text => text;

        public ulong Bytes { get; set; }

        public IEnumerable<Node> Children => _children.Values;

        public Node Child(in StackFrameName frame, Frames frames)
        {
            if (!_children.TryGetValue(frame, out Node? child))
                _children.Add(frame, child = new Node(frames.TextOf(frame)));
            return child;
        }
    }

    /// <summary>Frames of stacks, and their lines: readers want an address before the name, for which a number stands.</summary>
    private sealed class Frames(ReplayResult replay)
    {
        private readonly Dictionary<StackFrameName, int> _numbers = [];

        public IReadOnlyList<StackFrameName> Of(in LiveStack stack)
        {
            CallSite site = replay.Names.Get(stack.Site);
            return StackPathBuilder.FramesOf(site, replay.StackNames.Walk(stack.Stack));
        }

        public string TextOf(in StackFrameName frame)
        {
            if (!_numbers.TryGetValue(frame, out int number))
                _numbers.Add(frame, number = _numbers.Count + 1);
            string place = frame.File == null ? $"(in {(frame.Assembly.Length == 0 ? "?" : frame.Assembly)})" : FormattableString.Invariant($"({Path.GetFileName(frame.File)}:{frame.Line})");
            return FormattableString.Invariant($"0x{number:X}: {frame.Function.ReplaceLineEndings(" ")} {place}");
        }
    }
}
