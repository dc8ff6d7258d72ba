using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Reporting;

/// <summary>
/// What allocations by one call stack did. <paramref name="Frames"/> are outermost first and end with the call site; where no stack was recorded they are the
/// site's assembly and the site. <paramref name="Site"/> is null for what the allocator itself took.
/// </summary>
public sealed record StackPath(IReadOnlyList<StackFrameName> Frames, CallSite? Site, StackAmounts Amounts);

/// <summary>
/// Amounts of a stack. Whole numbers unless stacks were sampled: then estimates, without bias. Temporary: freed by their thread before it allocated again.
/// Leaked: not given back at the end.
/// </summary>
public readonly record struct StackAmounts
{
    public double RequestedBytes { get; init; }

    public double Blocks { get; init; }

    public double ResidentBytes { get; init; }

    public double MinorFaults { get; init; }

    public double TemporaryBytes { get; init; }

    public double TemporaryBlocks { get; init; }

    public double LeakedBytes { get; init; }

    public double LeakedBlocks { get; init; }

    public static StackAmounts operator +(in StackAmounts a, in StackAmounts b) => new()
    {
        RequestedBytes = a.RequestedBytes + b.RequestedBytes,
        Blocks = a.Blocks + b.Blocks,
        ResidentBytes = a.ResidentBytes + b.ResidentBytes,
        MinorFaults = a.MinorFaults + b.MinorFaults,
        TemporaryBytes = a.TemporaryBytes + b.TemporaryBytes,
        TemporaryBlocks = a.TemporaryBlocks + b.TemporaryBlocks,
        LeakedBytes = a.LeakedBytes + b.LeakedBytes,
        LeakedBlocks = a.LeakedBlocks + b.LeakedBlocks,
    };
}

/// <summary>
/// All stacks of a replay. Without sampling their sums are the report's totals: blocks and bytes of the sites, faults and resident pages of the process, for
/// what no site pays for is a stack of its own.
/// </summary>
public sealed record StackPaths(IReadOnlyList<StackPath> Paths, StackSampling Sampling)
{
    public bool IsEstimate => Sampling.Kind == StackKind.Sample;

    public StackAmounts Total => Paths.Aggregate(default(StackAmounts), (sum, path) => sum + path.Amounts);
}
