using Faultline.Analyzers.Context;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Shapes;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT0008: what comes zeroed from the allocator is cleared before anything has been written to it.</summary>
internal sealed class RedundantClear : Rule
{
    public const string Id = "FLT0008";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Redundant clear after AllocZeroed",
        "'{0}' has returned this block zeroed{1}: clearing it again {2}",
        Categories.Performance,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Memory from AllocZeroed, calloc and anonymous mmap is zero; clearing it touches every page, mapped ones for the first time.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (AllocationCall call in body.Calls)
        {
            if (call.Api.Effect != AllocationEffect.AllocateZeroed || ClearedAllocation.Of(call, body.Types) is not { Clearing.Bytes: { } bytes } cleared)
                continue;
            AllocationRequest? request = body.RequestOf(call);
            if (call.Api.Family == AllocationFamily.Mapping && request == null)
                continue; // a file's bytes are not zero
            body.Report(Diagnostic.Create(
                Descriptor,
                cleared.Statement.Syntax.GetLocation(),
                [call.Syntax.GetLocation()],
                call.Api.DisplayName,
                request == null ? "" : ", " + Figures.Bytes(request.Bytes),
                CostOf(request, bytes.Equals(SizeProduct.Of(call, body.Types)), body.Threshold)));
        }
    }

    private static string CostOf(AllocationRequest? request, bool isWhole, MmapThreshold threshold)
        => request != null && Placements.Of(request, threshold) == Placement.Mapped
            ? $"touches its fresh pages: {(isWhole ? Figures.Faults(PageCost.InMapping(request).Faults) : Figures.AtMost(PageCost.InMapping(request).Faults.High))} (glibc on Linux maps it)"
            : "writes the same zeros a second time, and where glibc on Linux maps the block it touches every page";
}
