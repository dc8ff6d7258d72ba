using System.Numerics;

namespace Faultline.Analyzers.Measurements;

/// <summary>What a profile says of one call site; what it does not know is null.</summary>
internal sealed class MeasuredCost
{
    /// <summary>Of the program that was run.</summary>
    public string Program { get; set; } = "";

    public BigInteger Calls { get; set; }

    public BigInteger Blocks { get; set; }

    public BigInteger RequestedBytes { get; set; }

    /// <summary>Of the blocks: those with a mapping of their own.</summary>
    public BigInteger MappedBlocks { get; set; }

    public BigInteger LiveBlocks { get; set; }

    public BigInteger LiveRequestedBytes { get; set; }

    public BigInteger? MinorFaults { get; set; }

    /// <summary>Bytes asked for by one call, at least and at most.</summary>
    public BigInteger? Smallest { get; set; }

    public BigInteger? Largest { get; set; }

    /// <summary>Half of the blocks that were freed lived at most as long, in allocations made meanwhile.</summary>
    public BigInteger? MedianLifetime { get; set; }

    public BigInteger PinnedPages { get; set; }

    /// <summary>Pages of the heap that were in memory then.</summary>
    public BigInteger HeapPages { get; set; }

    public bool Leaks { get; set; }

    public bool Pins { get; set; }
}
