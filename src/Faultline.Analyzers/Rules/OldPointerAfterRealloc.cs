using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1013: the pointer that was given to a realloc is used instead of the one that it answered.</summary>
internal sealed class OldPointerAfterRealloc : Rule
{
    public const string Id = "FLT1013";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Old pointer used after Realloc",
        "{0} the old block after '{1}' at line {2}: if the block has moved, that is memory which was freed",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Realloc frees the old block whenever it answers another one; only the answer may be used.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (Finding finding in body.Found(FindingKind.UsedAfterFree).Concat(body.Found(FindingKind.FreedTwice)))
            if (finding is { IsResized: true, Before: { } before })
                body.Report(Diagnostic.Create(
                    Descriptor, finding.Syntax.GetLocation(), FindingText.Steps(finding), FindingText.Use(finding), FindingText.Callee(before), LeakText.Line(before)));
    }
}
