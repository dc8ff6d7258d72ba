using Faultline.Reporting.Exports;
using Faultline.Tracing.Session;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting.Views;

/// <summary>A frame, or a name where no stacks were recorded, and all that was allocated below it.</summary>
/// <param name="Name">Of the frame.</param>
/// <param name="Value">Of the metric.</param>
/// <param name="Text">The value with its unit.</param>
/// <param name="Share">Of the whole, 0 to 1.</param>
/// <param name="ShareText">In percent.</param>
/// <param name="Children">Most first.</param>
/// <param name="Hidden">What of its children is not shown, in words; null: nothing.</param>
public sealed record CallTreeNode(string Name, double Value, string Text, double Share, string ShareText, IReadOnlyList<CallTreeNode> Children, string? Hidden);

/// <summary>
/// One metric by call stack, outermost frame first. Where no stacks were recorded the levels are assembly, type, method and call site. What the allocator itself took is a branch of
/// its own, so that faults and resident bytes add up to the process's.
/// </summary>
/// <param name="Root">Its children are the outermost frames.</param>
/// <param name="Metric">Of what.</param>
/// <param name="Levels">What the levels are, in words.</param>
public sealed record CallTree(CallTreeNode Root, ExportMetric Metric, string Levels)
{
    /// <param name="view">Of what.</param>
    /// <param name="metric">Temporary needs a view that knows it.</param>
    /// <param name="depth">Levels shown, at least 1.</param>
    /// <param name="min">The least share (0 to 1) of the whole that is shown.</param>
    public static CallTree Build(CostView view, ExportMetric metric, int depth, double min)
    {
        Branch root = new("all");
        foreach ((IEnumerable<string> names, StackAmounts amounts) in PathsOf(view))
            root.Add(names, metric.Of(amounts));
        return new(root.ToNode(metric, root.Value, depth, min), metric, LevelsOf(view));
    }

    private static string LevelsOf(CostView view)
        => !view.HasStacks ? "no call stacks were recorded, so by assembly, type, method and call site ('faultline run --trace FILE --stacks all' records them)"
        : view.Stacks!.IsEstimate ? $"by call stack, estimated from a sample (one in {Bytes(view.Stacks.Sampling.Bytes)} on average)" : "by call stack";

    private static IEnumerable<(IEnumerable<string> Names, StackAmounts Amounts)> PathsOf(CostView view)
    {
        if (view.HasStacks)
            return view.Stacks!.Paths.Select(path => (path.Frames.Select(frame => frame.Display), path.Amounts));
        IEnumerable<(IEnumerable<string>, StackAmounts)> sites = view.Sites.Select(site => (LevelsOf(site.Site), AmountsOf(site)));
        return OfNoSite(view) is { } rest ? sites.Append((["glibc", "malloc's own headers"], rest)) : sites;
    }

    private static IEnumerable<string> LevelsOf(CallSite site) => site.IsUnknown ? [site.Display]
        : new[] { site.Assembly, site.Type, site.Method, site.File == null ? site.Api : $"{site.File[(site.File.LastIndexOfAny(['/', '\\']) + 1)..]}:{site.Line} {site.Api}" }.Where(name => name.Trim().Length > 0);

    private static StackAmounts AmountsOf(SiteView site) => new()
    {
        RequestedBytes = site.Amounts.RequestedBytes,
        Blocks = site.Amounts.Blocks,
        ResidentBytes = site.Amounts.ResidentPages * 4096.0,
        MinorFaults = site.Amounts.MinorFaults,
        TemporaryBytes = site.TemporaryBytes,
        TemporaryBlocks = site.TemporaryBlocks,
        LeakedBytes = site.Amounts.LiveRequestedBytes,
        LeakedBlocks = site.Amounts.LiveBlocks,
    };

    private static StackAmounts? OfNoSite(CostView view) => view.Process is not { } process ? null : new()
    {
        MinorFaults = Math.Max(0, (double)process.MinorFaults - view.Totals.MinorFaults),
        ResidentBytes = Math.Max(0, ((double)(process.ResidentPages ?? 0) - view.Totals.ResidentPages) * 4096),
    };

    private sealed class Branch(string name)
    {
        private readonly string _name = name;
        private readonly Dictionary<string, Branch> _children = new(StringComparer.Ordinal);

        public double Value { get; private set; }

        public void Add(IEnumerable<string> names, double value)
        {
            Branch at = this;
            at.Value += value;
            foreach (string next in names)
            {
                if (!at._children.TryGetValue(next, out Branch? child))
                    at._children.Add(next, child = new(next));
                at = child;
                at.Value += value;
            }
        }

        public CallTreeNode ToNode(ExportMetric metric, double whole, int depth, double min)
        {
            List<Branch> all = [.. _children.Values.Where(child => child.Value > 0).OrderByDescending(child => child.Value).ThenBy(child => child._name, StringComparer.Ordinal)];
            List<Branch> shown = depth == 0 ? [] : [.. all.Where(child => child.Value >= min * whole)];
            List<Branch> hidden = all[shown.Count..];
            string? rest = hidden.Count == 0 ? null : $"{Number((ulong)hidden.Count)} more: {TextOf(metric, hidden.Sum(child => child.Value))}";
            double share = whole > 0 ? Value / whole : 0;
            return new(_name, Value, TextOf(metric, Value), share, Percent(share), [.. shown.Select(child => child.ToNode(metric, whole, depth - 1, min))], rest);
        }

        private static string TextOf(ExportMetric metric, double value)
            => metric.IsBytes ? Bytes((ulong)Math.Round(value)) : Number((ulong)Math.Round(value));
    }
}
