using System.Collections.Immutable;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Shapes;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT0007: all of a fresh block is cleared before anything else happens to it.</summary>
internal sealed class ClearAfterAllocation : Rule
{
    public const string Id = "FLT0007";

    /// <summary>Set where AllocZeroed can be written in place of the call and the clearing statement be removed (additional location 0).</summary>
    public const string FixProperty = "AllocZeroed";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Whole-block clear right after the allocation: use AllocZeroed",
        "The block of '{0}' is cleared as a whole right after it is allocated{1}; '{2}' {3}",
        Categories.Performance,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "calloc knows which memory is fresh from the kernel, and so zero already; a clear of one's own writes it, and every page of it faults.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (AllocationCall call in body.Calls)
        {
            if (call.Api.Effect != AllocationEffect.Allocate || call.Api.Has(ParameterRole.Alignment) || ClearedAllocation.Of(call, body.Types) is not { } cleared)
                continue;
            if (SizeProduct.Of(call, body.Types) is not { } size || !size.Equals(cleared.Clearing.Bytes))
                continue;
            AllocationRequest? request = body.RequestOf(call);
            body.Report(Diagnostic.Create(
                Descriptor,
                call.Syntax.GetLocation(),
                [cleared.Statement.Syntax.GetLocation()],
                call.Api.Family == AllocationFamily.NativeMemory ? ImmutableDictionary<string, string?>.Empty.Add(FixProperty, "") : null,
                call.Api.DisplayName,
                request == null ? "" : ", " + Figures.Bytes(request.Bytes),
                call.Api.Family == AllocationFamily.Libc ? "calloc" : "NativeMemory.AllocZeroed",
                GainOf(request, body.Threshold)));
        }
    }

    private static string GainOf(AllocationRequest? request, MmapThreshold threshold)
    {
        Placement placement = request == null ? Placement.Undecided : Placements.Of(request, threshold);
        return placement switch
        {
            Placement.Mapped => $"does not touch what glibc on Linux maps: {Figures.Faults(PageCost.InMapping(request!).Faults)} fewer until the pages are used",
            Placement.Heap => "is one call and does not write memory that has just come from the kernel",
            _ => "leaves a block that glibc on Linux maps untouched, page faults and all, and does not write heap memory that has just come from the kernel",
        };
    }
}
