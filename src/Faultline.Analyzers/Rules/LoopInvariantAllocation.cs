using Faultline.Analyzers.Context;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Shapes;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT0004: the same block is allocated and freed in each pass of a loop, where it is not known to be large (FLT0003).</summary>
internal sealed class LoopInvariantAllocation : Rule
{
    public const string Id = "FLT0004";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Loop-invariant native allocation can be hoisted out of the loop",
        "'{0}' asks for {1} in each pass of a loop and frees them again: one block before the loop does for all passes and saves a malloc and a free in each{2}",
        Categories.Performance,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Nothing of the request changes in the loop, and the block does not outlive a pass.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (LoopBlock churn in body.LoopBlocks)
        {
            AllocationCall call = churn.Call;
            if (!churn.IsInvariant || call.Api.Effect != AllocationEffect.Allocate || call.Api.Family == AllocationFamily.Mapping)
                continue;
            AllocationRequest? request = body.RequestOf(call);
            Placement placement = request == null ? Placement.Undecided : Placements.Of(request, body.Threshold);
            if (placement == Placement.Mapped)
                continue;
            body.Report(Diagnostic.Create(
                Descriptor, call.Syntax.GetLocation(), LoopChurn.LocationsOf(churn), LoopChurn.PropertiesOf(churn),
                call.Api.DisplayName,
                request == null ? "the same number of bytes" : RequestText.Of(request),
                placement == Placement.Heap ? "" : $"; above {Figures.Bytes(body.Threshold.LargestOnHeap)} glibc on Linux may map it, and every page of it faults again"));
        }
    }
}
