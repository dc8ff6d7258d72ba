using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1008: from there on nobody can free the block.</summary>
internal sealed class OnlyPointerLost : Rule
{
    public const string Id = "FLT1008";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "The only pointer to native memory is overwritten or discarded",
        "The only pointer to the block from '{0}' is {1}: {2} can never be freed (glibc on Linux)",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A block whose address nobody holds stays until the process ends.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (Finding finding in body.Found(FindingKind.Discarded))
            Report(body, finding, finding.Site!.Syntax, finding.Site.Source!.DisplayName, "discarded");
        foreach (Finding finding in body.Found(FindingKind.Overwritten))
            Report(body, finding, finding.Syntax, finding.Site!.Source!.DisplayName, "overwritten");
        foreach (Finding finding in body.Found(FindingKind.FreedAfterExchange))
            body.Report(Diagnostic.Create(
                Descriptor, finding.Syntax.GetLocation(), [finding.Before!.GetLocation()], "an earlier call",
                $"discarded, and line {LeakText.Line(finding.Before!)} frees the null that took its place", "its chunk"));
    }

    private void Report(BodyContext body, Finding finding, SyntaxNode place, string allocator, string what)
        => body.Report(Diagnostic.Create(
            Descriptor, place.GetLocation(), [finding.Site!.Syntax.GetLocation()], allocator, what, LeakText.Cost(body, finding.Site)));
}
