using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Glibc;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT0001: the whole range of the size lies below the mmap threshold.</summary>
internal sealed class ServedFromHeap : Rule
{
    private const string Id = "FLT0001";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Native allocation is served from the brk heap",
        "'{0}' asks for {1}: glibc on Linux serves it from the brk heap with a chunk of {2}, on {3}; {4}",
        Categories.Performance,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "A request of at most 131,048 bytes becomes a chunk below glibc's initial mmap threshold and is cut from the heap, which grows by brk.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (AllocationRequest request in body.Requests.Concat(body.MeasuredRequests))
        {
            if (Placements.Of(request, body.Threshold) != Placement.Heap)
                continue;
            PageCost cost = PageCost.OnHeap(request);
            body.Report(Diagnostic.Create(
                Descriptor,
                request.Call.Syntax.GetLocation(),
                request.Call.Api.DisplayName,
                RequestText.Of(request),
                Figures.Bytes(cost.Chunk) + (request.IsAligned ? " that is trimmed to the aligned block" : ""),
                Figures.Pages(cost.Pages),
                FaultsOf(request, cost.Faults.High)));
        }
    }

    private static string FaultsOf(AllocationRequest request, BigInteger faults) => request.Call.Api.Effect switch
    {
        AllocationEffect.AllocateZeroed => Figures.AtMost(faults) + ", all in the call, which clears the block",
        AllocationEffect.AllocateString => Figures.AtMost(faults) + ", in the call as far as it writes the text",
        _ => Figures.AtMost(faults) + " at first touch, none where the heap's pages are resident",
    };
}
