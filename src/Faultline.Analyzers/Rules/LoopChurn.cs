using System.Collections.Immutable;
using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Shapes;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT0003: a block at or above the mmap threshold is allocated and freed in each pass of a loop.</summary>
internal sealed class LoopChurn : Rule
{
    public const string Id = "FLT0003";

    /// <summary>Set where the statements at additional locations 0 (declaration) and 1 (free) can be moved out of the loop.</summary>
    public const string HoistProperty = "Hoist";

    /// <summary>glibc/malloc/malloc.c, DEFAULT_MMAP_THRESHOLD_MAX: freeing a mapping up to this size raises the threshold to it.</summary>
    private static readonly BigInteger s_highestThreshold = 32 * 1024 * 1024;

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Large native allocation churns in a loop",
        "'{0}' asks for {1} in each pass of a loop and frees them again: {2}; each time {3} are mapped and unmapped, {4} when all of it is touched",
        Categories.Performance,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A mapping that is made anew has to be faulted in anew, page by page; a block that is kept is faulted in once.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (LoopBlock churn in body.LoopBlocks)
        {
            AllocationCall call = churn.Call;
            if (body.RequestOf(call) is not { Populates: false } request || Placements.Of(request, body.Threshold) != Placement.Mapped)
                continue;
            PageCost cost = PageCost.InMapping(request);
            body.Report(Diagnostic.Create(
                Descriptor, call.Syntax.GetLocation(), LocationsOf(churn), PropertiesOf(churn),
                call.Api.DisplayName, RequestText.Of(request), WhenMapped(request, cost.Pages, churn.IsInvariant, body.Threshold), Figures.Pages(cost.Pages), Figures.Faults(cost.Faults)));
        }
    }

    public static ImmutableArray<Location> LocationsOf(LoopBlock churn)
    {
        SyntaxNode declared = (SyntaxNode?)churn.Declaration ?? churn.Call.Syntax;
        return [declared.GetLocation(), ((SyntaxNode?)churn.HoistableFree() ?? churn.Free).GetLocation(), churn.Loop.GetFirstToken().GetLocation()];
    }

    public static ImmutableDictionary<string, string?> PropertiesOf(LoopBlock churn)
        => churn.HoistableFree() != null ? ImmutableDictionary<string, string?>.Empty.Add(HoistProperty, "") : ImmutableDictionary<string, string?>.Empty;

    private static string WhenMapped(AllocationRequest request, Interval pages, bool isInvariant, MmapThreshold threshold)
    {
        if (request.IsMapping)
            return "Linux maps it in every pass";
        if (threshold.IsConfigured)
            return $"glibc on Linux maps it in every pass, with an mmap threshold fixed at {Figures.Bytes(threshold.Bytes)}";
        const string others = "with a fixed threshold, musl, Windows and macOS it is mapped in every pass";
        if (pages.Low * Chunk.PageBytes > s_highestThreshold)
            return "glibc on Linux maps it in every pass, since it is above 32 MiB, and so do musl, Windows and macOS";
        if (pages.High * Chunk.PageBytes > s_highestThreshold)
            return "glibc on Linux maps it in every pass in which it is above 32 MiB, otherwise where it is larger than in all passes before; " + others;
        return isInvariant || request.Bytes.IsExact
            ? "glibc on Linux maps it in the first pass, after which the heap keeps it; " + others
            : "glibc on Linux maps it in each pass in which it is larger than in all passes before, otherwise the heap keeps it; " + others;
    }
}
