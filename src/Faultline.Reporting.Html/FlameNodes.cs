using Faultline.Tracing.Stacks;

namespace Faultline.Reporting.Html;

/// <summary>A frame of a flame graph: its parent's index (-1: the root), its site where it is a leaf, and its total by metric.</summary>
internal sealed record FlameNode(string Label, int Parent, int Site, ulong[] Values);

/// <summary>Call stacks as one tree, without the frames that would be too thin to see.</summary>
internal static class FlameNodes
{
    /// <summary>What can be shown: key, name, unit, meaning, and the amount.</summary>
    public sealed record Metric(string Key, string Name, string Unit, string Meaning, Func<StackAmounts, double> Of);

    /// <summary>In the order of <see cref="FlameNode.Values"/>.</summary>
    public static readonly IReadOnlyList<Metric> Metrics =
    [
        new("requested", "Requested", "bytes", "bytes asked for, over the whole run", amounts => amounts.RequestedBytes),
        new("resident", "Resident", "bytes", "pages in memory at the end that are charged to this place", amounts => amounts.ResidentBytes),
        new("faults", "Faults", "faults", "minor page faults that touching its blocks took", amounts => amounts.MinorFaults),
        new("temporary", "Temporary", "bytes", "bytes of blocks that their thread freed before it allocated another", amounts => amounts.TemporaryBytes),
        new("leaked", "Leaked", "bytes", "bytes still allocated at the end", amounts => amounts.LeakedBytes),
    ];

    private const int MostNodes = 2000;

    /// <summary>Of the root, in some metric.</summary>
    private const double Thinnest = 0.0005;

    /// <summary>Parents come before their children; children by their names.</summary>
    public static IReadOnlyList<FlameNode> Of(StackPaths stacks)
    {
        Frame root = new("all", 0);
        foreach (StackPath path in stacks.Paths)
            root.Add(LabelsOf(path, stacks.Sampling), path);
        double threshold = Thinnest;
        List<FlameNode> nodes = [];
        while (true)
        {
            nodes.Clear();
            root.Put(nodes, -1, [.. root.Values.Select(value => value * threshold)]);
            if (nodes.Count <= MostNodes)
                return nodes;
            threshold *= 2;
        }
    }

    /// <summary>Without recorded stacks a site's place, as if its assembly called its type, that its method, and that the line.</summary>
    private static IReadOnlyList<string> LabelsOf(StackPath path, StackSampling sampling)
    {
        if (path.Site is not { IsUnknown: false } site)
            return [.. path.Frames.Select(frame => frame.Display)];
        if (sampling.Kind != StackKind.Off)
            return [.. path.Frames.SkipLast(1).Select(frame => frame.Display), $"{path.Frames[^1].Display} {site.Api}"];
        string[] names = [site.Assembly, site.ShortType, site.Method, site.File == null ? site.Api : $"{site.FileName}:{site.Line} {site.Api}"];
        return [.. names.Where(name => name.Length > 0)];
    }

    private sealed class Frame(string label, int site)
    {
        private readonly SortedDictionary<string, Frame> _inner = new(StringComparer.Ordinal);

        public double[] Values { get; } = new double[Metrics.Count];

        public void Add(IReadOnlyList<string> labels, StackPath path)
        {
            Frame frame = this;
            frame.Count(path.Amounts);
            for (int depth = 0; depth < labels.Count; depth++)
            {
                string name = labels[depth];
                if (!frame._inner.TryGetValue(name, out Frame? inner))
                    frame._inner.Add(name, inner = new(name, depth == labels.Count - 1 ? path.Site?.Id ?? 0 : 0));
                frame = inner;
                frame.Count(path.Amounts);
            }
        }

        public void Put(List<FlameNode> nodes, int parent, double[] thinnest)
        {
            int own = nodes.Count;
            nodes.Add(new(label, parent, site, [.. Values.Select(value => (ulong)Math.Round(value))]));
            foreach (Frame inner in _inner.Values)
                if (Enumerable.Range(0, Metrics.Count).Any(i => inner.Values[i] > thinnest[i]))
                    inner.Put(nodes, own, thinnest);
        }

        private void Count(in StackAmounts amounts)
        {
            for (int i = 0; i < Values.Length; i++)
                Values[i] += Metrics[i].Of(amounts);
        }
    }
}
