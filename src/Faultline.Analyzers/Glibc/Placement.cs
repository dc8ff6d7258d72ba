using System.Numerics;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Api;
using Faultline.Analyzers.Context;

namespace Faultline.Analyzers.Glibc;

/// <summary>Where glibc takes a block from, if the bounds of the request decide it.</summary>
internal enum Placement
{
    /// <summary>The bounds lie on both sides of the threshold, or the size alone does not decide.</summary>
    Undecided,

    /// <summary>The arena's heap, which grows by brk.</summary>
    Heap,

    /// <summary>A mapping of its own, unless a free piece of the heap happens to be large enough.</summary>
    Mapped,
}

internal static class Placements
{
    public static Placement Of(AllocationRequest request, MmapThreshold threshold)
    {
        if (request.IsMapping || Chunk.SizeFor(request.Bytes.Low, request.Alignment) >= threshold.Bytes)
            return Placement.Mapped;
        if (Chunk.SizeFor(request.Bytes.High, request.Alignment) >= threshold.Bytes)
            return Placement.Undecided;
        return request.IsResize && !ResizesNothing(request) ? Placement.Undecided : Placement.Heap;
    }

    /// <summary>Only for the chunk's header: the bytes asked for do not exceed the threshold.</summary>
    public static bool CrossesByHeader(AllocationRequest request, MmapThreshold threshold)
        => !request.IsMapping && !request.IsAligned && request.Bytes.High <= threshold.Bytes && Of(request, threshold) == Placement.Mapped;

    /// <summary>
    /// A small size says where a block goes only if there was none before: a mapped block stays mapped whatever it shrinks to.
    /// AlignedRealloc always takes a new block and copies.
    /// </summary>
    private static bool ResizesNothing(AllocationRequest request)
    {
        if (request.Call.Api.Family == AllocationFamily.NativeMemoryAligned)
            return true;
        return request.Call.Argument(ParameterRole.Block) is { } block
            && Constants.WithoutConversions(block) is { } value && (Constants.IsNull(value) || Constants.IsZeroPointer(value));
    }
}
