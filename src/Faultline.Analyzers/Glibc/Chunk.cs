// How glibc 2.36's malloc makes a chunk out of a request (malloc/malloc.c, x86-64): 8 bytes for the size word, up to a multiple of 16, at
// least 32. A request for an alignment above 16 takes a chunk with room for the alignment, from which the lead and the tail are given
// back. A chunk of at least the mmap threshold is mapped if no free memory of the heap fits it: the mapping is the chunk and another 8
// bytes, up to whole pages, and the block starts 16 bytes into it.

using System.Numerics;

namespace Faultline.Analyzers.Glibc;

/// <summary>Chunk and mapping sizes in bytes.</summary>
internal static class Chunk
{
    public const int PageBytes = 4096;
    public const int DefaultMmapThreshold = 128 * 1024;

    /// <summary>Where a block starts in its mapping, behind the two header words.</summary>
    public const int MappedHeader = 16;

    private const int SizeWord = 8;
    private const int Granularity = 16;
    private const int Smallest = 32;

    /// <summary>PTRDIFF_MAX; larger requests fail.</summary>
    public static readonly BigInteger LargestRequest = (BigInteger.One << 63) - 1;

    /// <summary>The chunk that serves a request.</summary>
    public static BigInteger SizeFor(BigInteger request)
        => BigInteger.Max(Smallest, (request + SizeWord + Granularity - 1) & -Granularity);

    /// <summary>The chunk that memalign takes in order to find an aligned place in it; with an alignment of 16 just <see cref="SizeFor"/>.</summary>
    public static BigInteger SizeFor(BigInteger request, BigInteger alignment)
        => alignment <= Granularity ? SizeFor(request) : SizeFor(SizeFor(request) + alignment + Smallest);

    public static BigInteger MappingFor(BigInteger chunk) => (chunk + SizeWord + PageBytes - 1) & -PageBytes;

    /// <summary>The largest request whose chunk is below a threshold; negative if there is none.</summary>
    public static BigInteger LargestBelow(BigInteger threshold)
        => threshold <= Smallest ? BigInteger.MinusOne : ((threshold + Granularity - 1) & -Granularity) - Granularity - SizeWord;
}
