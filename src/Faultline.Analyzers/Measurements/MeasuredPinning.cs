using Faultline.Analyzers.Context;
using Faultline.Analyzers.Rules;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Measurements;

/// <summary>FLT2003: in a run of the program blocks of this call kept much of the heap in memory that was otherwise free.</summary>
internal sealed class MeasuredPinning : Rule
{
    private const string Id = "FLT2003";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Measured: this site's blocks pin the heap (fragmentation)",
        "'{0}' measured in {1}: its blocks kept {2} of the heap in memory that were free but for them, of {3} in all",
        Categories.Measured,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A profile (NAME.faultline.json, written by faultline run --profile) has this call as it stands here, and its blocks held pages of the heap of which live blocks used less than a quarter.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach ((AllocationCall call, MeasuredCost cost) in body.Measured)
        {
            if (!cost.Pins)
                continue;
            body.Report(Diagnostic.Create(
                Descriptor, call.Syntax.GetLocation(), call.Api.DisplayName, cost.Program, MeasuredText.Pages(cost.PinnedPages), MeasuredText.Pages(cost.HeapPages)));
        }
    }
}
