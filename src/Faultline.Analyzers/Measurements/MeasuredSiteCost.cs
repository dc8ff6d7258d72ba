using Faultline.Analyzers.Context;
using Faultline.Analyzers.Rules;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Measurements;

/// <summary>FLT2001: what a run of the program measured at this call.</summary>
internal sealed class MeasuredSiteCost : Rule
{
    private const string Id = "FLT2001";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Measured: cost of this allocation site",
        "'{0}' measured in {1}: {2}",
        Categories.Measured,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "A profile (NAME.faultline.json, written by faultline run --profile) has this call as it stands here, and this is what it cost.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach ((AllocationCall call, MeasuredCost cost) in body.Measured)
            body.Report(Diagnostic.Create(Descriptor, call.Syntax.GetLocation(), call.Api.DisplayName, cost.Program, MeasuredText.Of(cost)));
    }
}
