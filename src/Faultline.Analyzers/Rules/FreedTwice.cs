using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1004: on every path to the call the block has been freed before.</summary>
internal sealed class FreedTwice : Rule
{
    public const string Id = "FLT1004";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Native memory is freed twice",
        "{0}: freeing it again aborts the process or hands the same {1} to two owners",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A freed chunk lies in one of the allocator's lists; freed once more, it lies there twice, and two later allocations get it.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (Finding finding in body.Found(FindingKind.FreedTwice))
            if (!finding.IsResized)
                body.Report(Diagnostic.Create(
                    Descriptor, finding.Syntax.GetLocation(), FindingText.Steps(finding),
                    finding.IsInSecondCall ? "A second call of 'Dispose' frees the block again, since the field still points to it" : $"The block has been freed at line {LeakText.Line(finding.Before!)} already",
                    LeakText.Amount(body, finding.Site!) is var amount && amount == "a block" ? "memory" : amount));
    }
}
