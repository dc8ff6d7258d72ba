// What a block costs in 4 KiB pages. On the heap a block starts anywhere in a page at a multiple of 16 (or of its alignment), so that
// its pages vary by one. In a mapping of its own the place is known: behind the two header words, or at the first aligned address that
// leaves room for them. Every page faults once when it is first written; that of the header has faulted in the call.

using System.Numerics;
using Faultline.Analyzers.Flow.Numbers;

namespace Faultline.Analyzers.Glibc;

/// <summary>Chunk, pages and faults of a request, within the request's bounds.</summary>
internal readonly struct PageCost
{
    private PageCost(Interval chunk, Interval pages, Interval faults)
    {
        Chunk = chunk;
        Pages = pages;
        Faults = faults;
    }

    /// <summary>Bytes of the chunk that malloc looks for.</summary>
    public Interval Chunk { get; }

    /// <summary>Pages that the block lies on, or that its mapping has.</summary>
    public Interval Pages { get; }

    /// <summary>Page faults when every byte of a fresh block is written once.</summary>
    public Interval Faults { get; }

    public static PageCost OnHeap(AllocationRequest request)
    {
        BigInteger alignment = BigInteger.Min(request.Alignment, Glibc.Chunk.PageBytes);
        Interval pages = new(PagesFrom(0, request.Bytes.Low), PagesFrom(Glibc.Chunk.PageBytes - alignment, request.Bytes.High));
        return new PageCost(ChunkOf(request), pages, pages);
    }

    public static PageCost InMapping(AllocationRequest request)
    {
        Interval chunk = ChunkOf(request);
        if (request.IsMapping)
        {
            Interval all = new(Mapping.PagesOf(request.Bytes.Low), Mapping.PagesOf(request.Bytes.High));
            return new PageCost(chunk, all, all);
        }

        Interval pages = new(
            Glibc.Chunk.MappingFor(chunk.Low) / Glibc.Chunk.PageBytes,
            Glibc.Chunk.MappingFor(chunk.High) / Glibc.Chunk.PageBytes);
        BigInteger start = StartOf(request.Alignment);
        Interval faults = new(PagesFrom(start, request.Bytes.Low), PagesFrom(start, request.Bytes.High));
        return new PageCost(chunk, pages, faults);
    }

    private static Interval ChunkOf(AllocationRequest request)
        => new(Glibc.Chunk.SizeFor(request.Bytes.Low, request.Alignment), Glibc.Chunk.SizeFor(request.Bytes.High, request.Alignment));

    /// <summary>Offset of the block in its mapping; with an alignment above the page the lead is whole pages of which two are touched at most.</summary>
    private static BigInteger StartOf(BigInteger alignment)
    {
        if (alignment <= Glibc.Chunk.MappedHeader)
            return Glibc.Chunk.MappedHeader;
        if (alignment > Glibc.Chunk.PageBytes)
            return 2 * Glibc.Chunk.PageBytes;
        return alignment < 48 ? 2 * alignment : alignment;
    }

    private static BigInteger PagesFrom(BigInteger offset, BigInteger bytes) => Mapping.PagesOf(offset + BigInteger.Max(bytes, BigInteger.One));
}
