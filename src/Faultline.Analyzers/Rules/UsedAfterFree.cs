using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1005: on every path to the use the block has been freed before.</summary>
internal sealed class UsedAfterFree : Rule
{
    public const string Id = "FLT1005";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Native memory is used after it was freed",
        "{0} a block that {1}: its bytes may belong to the allocator's lists, to another owner, or to no mapping any more",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "glibc writes its list pointers into freed chunks and gives them to the next request of the size; a mapped block is gone at once.",
        HelpLink(Id));

    /// <summary>For <see cref="FinalizerRace"/>, which says the same of another thread.</summary>
    public static DiagnosticDescriptor Race => s_descriptor;

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (Finding finding in body.Found(FindingKind.UsedAfterFree))
            if (!finding.IsResized)
                body.Report(Diagnostic.Create(
                    Descriptor, finding.Syntax.GetLocation(), FindingText.Steps(finding), FindingText.Use(finding), $"was freed at line {LeakText.Line(finding.Before!)}"));
    }
}
