using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Faultline.Analyzers.Glibc;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>What a leak costs and where it is, as messages say it.</summary>
internal static class LeakText
{
    /// <summary>The row of the API table that frees the block, "Type.Method", where a finally may call it: nobody else may get hold of the block.</summary>
    public const string DeallocatorProperty = "Deallocator";

    public static ImmutableDictionary<string, string?> Properties(Leak leak)
    {
        if (leak.IsHandedOn || leak.Site.Source is not { Api: { } allocator } source || source.DisplayName != allocator.DisplayName || allocator.Effect == AllocationEffect.Reallocate)
            return ImmutableDictionary<string, string?>.Empty;
        AllocationApi right = Families.RightCall(allocator.Family, AllocationEffect.Free);
        return ImmutableDictionary<string, string?>.Empty.Add(DeallocatorProperty, right.Type + "." + right.Method);
    }

    /// <summary>"4,096 bytes", or "a block" where the size is not known.</summary>
    public static string Amount(BodyContext body, Site site) => RequestOf(body, site) is { } request ? RequestText.Of(request) : "a block";

    /// <summary>"a chunk of 4,112 bytes, on 1 or 2 pages of the heap", as glibc on Linux serves it.</summary>
    public static string Cost(BodyContext body, Site site)
    {
        if (RequestOf(body, site) is not { } request)
            return "its chunk and the pages below it";
        switch (Placements.Of(request, body.Threshold))
        {
            case Placement.Mapped:
                return "a mapping of " + Figures.Pages(PageCost.InMapping(request).Pages);
            case Placement.Heap:
                PageCost cost = PageCost.OnHeap(request);
                return "a chunk of " + Figures.Bytes(cost.Chunk) + " on " + Figures.Pages(cost.Pages) + " of the heap";
            default:
                return "a chunk of " + Figures.Bytes(PageCost.OnHeap(request).Chunk);
        }
    }

    /// <summary>Lines as editors count them.</summary>
    public static int Line(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    public static int EndLine(SyntaxNode node) => node.GetLocation().GetLineSpan().EndLinePosition.Line + 1;

    private static AllocationRequest? RequestOf(BodyContext body, Site site)
        => body.Calls.FirstOrDefault(call => call.Syntax == site.Syntax) is { } allocation ? body.RequestOf(allocation) : null;
}
