using Faultline.Analyzers.Context;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Rules;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Measurements;

/// <summary>FLT2002: a run of the program ended in order and several blocks of this call had not been freed.</summary>
internal sealed class MeasuredLeak : Rule
{
    private const string Id = "FLT2002";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Measured: this allocation site leaks",
        "'{0}' measured in {1}: {2} of its {3} ({4}) had not been freed at the program's end",
        Categories.Measured,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A profile (NAME.faultline.json, written by faultline run --profile) has this call as it stands here, and two or more of its blocks were left at an orderly end of the program.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach ((AllocationCall call, MeasuredCost cost) in body.Measured)
        {
            if (!cost.Leaks)
                continue;
            body.Report(Diagnostic.Create(
                Descriptor, call.Syntax.GetLocation(), call.Api.DisplayName, cost.Program,
                Figures.Number(cost.LiveBlocks), MeasuredText.Blocks(cost.Blocks), Figures.Bytes(cost.LiveRequestedBytes)));
        }
    }
}
