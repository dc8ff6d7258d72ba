using Faultline.Tracing.Stacks;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting.Html;

/// <summary>The head of the page, its flame graph and its settings, as data.</summary>
internal static class HtmlSummary
{
    /// <summary>Asked, usable, resident, faulted: a number, and a few words about it.</summary>
    public static IEnumerable<object> Cards(Report report)
    {
        Amounts sum = report.Totals.Sites;
        yield return Card("Asked for", Bytes(sum.RequestedBytes), $"in {Count(sum.Blocks, "block")}; {Bytes(sum.LiveRequestedBytes)} never freed");
        yield return Card("Made usable", Bytes(sum.UsableBytes), $"{Number(sum.HeapBlocks)} blocks from the heap, {Number(sum.MappedBlocks)} mapped");
        if (report.Totals.Process is not { } process)
            yield break;
        yield return Card("Resident at most", Bytes(process.PeakResidentPages * 4096), $"{Bytes(process.ResidentPages * 4096)} at the end");
        yield return Card("Faulted", Number(process.MinorFaults), $"minor faults, and {Number(process.MajorFaults)} major");
    }

    /// <summary>A flame graph's nodes by column.</summary>
    public static object Flame(StackPaths stacks)
    {
        IReadOnlyList<FlameNode> nodes = FlameNodes.Of(stacks);
        return new
        {
            Metrics = FlameNodes.Metrics.Select(metric => new { metric.Key, metric.Name, metric.Unit, metric.Meaning }),
            HasStacks = stacks.Sampling.Kind != StackKind.Off,
            stacks.IsEstimate,
            Nodes = new
            {
                Label = nodes.Select(node => node.Label),
                Parent = nodes.Select(node => node.Parent),
                Site = nodes.Select(node => node.Site),
                Values = Enumerable.Range(0, FlameNodes.Metrics.Count).Select(metric => nodes.Select(node => node.Values[metric])),
            },
        };
    }

    public static IEnumerable<object> Settings(Report report)
    {
        Profile profile = report.Profile;
        string libc = profile.HostLibc is { } host ? $"{profile.Libc}; {host}" : profile.Libc;
        yield return Setting("C library", profile.Arenas is { } arenas ? $"{libc} ({arenas})" : libc);
        yield return Setting("Tunables", report.Replay is { Tunables.Length: > 0 } tuned ? tuned.Tunables : "none");
        yield return Setting("Kernel", profile.Kernel);
        yield return Setting("Machine", $"{Bytes(profile.RamBytes)}, {Count(profile.Cpus, "CPU")}, pages of {Bytes(profile.PageBytes)}, transparent huge pages {profile.Thp}");
        yield return Setting("Swap", report.Replay is { SwapBytes: > 0 } swap ? Bytes(swap.SwapBytes) : "none");
        yield return Setting("Page touches", profile.ObserverText);
        if (report.Replay is { } replay)
        {
            yield return Setting("Trace", $"{Path.GetFileName(replay.Trace)} ({replay.Source}), {Count(replay.Events, "event")}");
            if (replay.Damage is { } damage)
                yield return Setting("Damage", damage);
        }

        yield return Setting("State of the data", report.Data.Text);
        if (report.Heap is { } heap)
            yield return Setting("Thresholds at the end", $"mmap {Bytes(heap.MmapThreshold)}, trim {Bytes(heap.TrimThreshold)}");
        if (report.SystemCalls is { } calls)
            yield return Setting("System calls", $"brk {Number(calls.Brk)}, mmap {Number(calls.Mmap)}, munmap {Number(calls.Munmap)}, mremap {Number(calls.Mremap)}, madvise {Number(calls.Madvise)}");
    }

    private static object Setting(string name, string value) => new { Name = name, Value = value };

    private static object Card(string name, string value, string note) => new { Name = name, Value = value, Note = note };
}
