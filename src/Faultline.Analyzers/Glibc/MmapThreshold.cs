using System.Numerics;

namespace Faultline.Analyzers.Glibc;

/// <summary>The chunk size from which glibc maps: its default, which moves with what is freed, or one that is set and stays.</summary>
internal readonly struct MmapThreshold
{
    public static readonly MmapThreshold Default = new(Chunk.DefaultMmapThreshold, isConfigured: false);

    public MmapThreshold(BigInteger bytes, bool isConfigured)
    {
        Bytes = bytes;
        IsConfigured = isConfigured;
    }

    public BigInteger Bytes { get; }

    /// <summary>Once a program sets the threshold (mallopt, GLIBC_TUNABLES) glibc no longer adjusts it.</summary>
    public bool IsConfigured { get; }

    public BigInteger LargestOnHeap => Chunk.LargestBelow(Bytes);
}
