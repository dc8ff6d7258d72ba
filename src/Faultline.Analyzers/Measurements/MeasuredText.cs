using System.Collections.Generic;
using System.Numerics;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Analyzers.Glibc;

namespace Faultline.Analyzers.Measurements;

/// <summary>Measured figures as messages say them.</summary>
internal static class MeasuredText
{
    /// <summary>"3,042 blocks of 40 to 8,999 bytes, all from the heap, 1,234 page faults, half of them freed within 511 allocations".</summary>
    public static string Of(MeasuredCost cost)
    {
        List<string> parts = [BlocksOf(cost), RouteOf(cost)];
        if (cost.MinorFaults is { } faults)
            parts.Add(Figures.Faults(new Interval(faults)));
        if (cost.MedianLifetime is { } lifetime)
            parts.Add(lifetime.IsZero ? "half of the freed ones went before the next allocation" : $"half of the freed ones lived for at most {Count(lifetime, "allocation")}");
        return string.Join(", ", parts);
    }

    public static string Blocks(BigInteger number) => Count(number, "block");

    public static string Pages(BigInteger number) => Count(number, "page");

    public static string Count(BigInteger number, string one) => Figures.Number(number) + " " + one + (number.IsOne ? "" : "s");

    private static string BlocksOf(MeasuredCost cost)
    {
        string blocks = Blocks(cost.Blocks);
        if (cost.Smallest is not { } least || cost.Largest is not { } most || least > most)
            return blocks + " with " + Figures.Bytes(cost.RequestedBytes) + " in all";
        return blocks + " of " + (least == most ? "" : Figures.Number(least) + " to ") + Figures.Bytes(most);
    }

    private static string RouteOf(MeasuredCost cost)
        => cost.MappedBlocks.IsZero ? (cost.Blocks.IsOne ? "from the heap" : "all from the heap")
        : cost.MappedBlocks >= cost.Blocks ? (cost.Blocks.IsOne ? "mapped" : "all mapped")
        : $"{Figures.Number(cost.Blocks - cost.MappedBlocks)} from the heap and {Figures.Number(cost.MappedBlocks)} mapped";
}
