using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Glibc;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT0002: the whole range of the size lies at or above the mmap threshold, or the call is mmap itself.</summary>
internal sealed class ServedByMmap : Rule
{
    private const string Id = "FLT0002";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Native allocation is served by mmap",
        "'{0}' asks for {1}: {2}; {3} of its own, {4}",
        Categories.Performance,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "A request of at least 131,049 bytes becomes a chunk at or above glibc's initial mmap threshold and gets a mapping of its own.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (AllocationRequest request in body.Requests.Concat(body.MeasuredRequests))
        {
            if (Placements.Of(request, body.Threshold) != Placement.Mapped)
                continue;
            PageCost cost = PageCost.InMapping(request);
            body.Report(Diagnostic.Create(
                Descriptor,
                request.Call.Syntax.GetLocation(),
                request.Call.Api.DisplayName,
                RequestText.Of(request),
                ServedBy(request, cost, body.Threshold),
                Figures.Pages(cost.Pages),
                FaultsOf(request, cost)));
        }
    }

    private static string ServedBy(AllocationRequest request, PageCost cost, MmapThreshold threshold)
    {
        if (request.IsMapping)
            return "Linux maps it whatever its size";
        string when = threshold.IsConfigured ? "with an mmap threshold of " + Figures.Bytes(threshold.Bytes) : "initially";
        string unless = request.IsResize ? "unless the block can grow where it is" : "unless a free piece of the heap fits";
        return $"glibc on Linux {when} serves its chunk of {Figures.Bytes(cost.Chunk)} by mmap {unless}";
    }

    private static string FaultsOf(AllocationRequest request, PageCost cost)
    {
        if (request.Populates)
            return "all populated in the call without a page fault";
        return request.IsResize
            ? Figures.Faults(cost.Faults) + " at most, since pages that the block had move along"
            : Figures.Faults(cost.Faults) + " when all of it is first touched";
    }
}
