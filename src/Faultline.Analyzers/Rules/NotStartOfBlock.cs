using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Faultline.Analyzers.Glibc;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1007: what is freed is no pointer that an allocator has answered.</summary>
internal sealed class NotStartOfBlock : Rule
{
    public const string Id = "FLT1007";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Freed pointer is not the start of a heap block",
        "'{0}' is given {1}: glibc takes the 16 bytes before the pointer for a chunk header and aborts the process or corrupts the heap",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Only the very pointer that an allocator answered can be freed.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (Finding finding in body.Found(FindingKind.NotStart))
            body.Report(Diagnostic.Create(
                Descriptor, finding.Syntax.GetLocation(), [finding.Site!.Syntax.GetLocation()], FindingText.Callee(finding.Syntax), What(finding)));
    }

    private static string What(Finding finding)
    {
        string line = " (line " + LeakText.Line(finding.Site!.Syntax) + ")";
        return finding.Site.Kind switch
        {
            SiteKind.Stack => "memory from stackalloc" + line,
            SiteKind.Variable => "the address of a variable" + line,
            SiteKind.Managed => "a pointer into managed memory" + line,
            _ => "a pointer " + Distance(finding.Target!) + " of its block",
        };
    }

    private static string Distance(Target target)
    {
        if (target.Low == target.High)
            return target.Low > 0 ? Figures.Bytes(target.Low) + " behind the start" : Figures.Bytes(-target.Low) + " before the start";
        return target.Low >= 0 ? "that was moved away from the start" : "before the start";
    }
}
