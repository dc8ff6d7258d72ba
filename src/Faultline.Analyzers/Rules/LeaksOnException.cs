using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1003: the block is freed or handed on unless a call in between throws.</summary>
internal sealed class LeaksOnException : Rule
{
    public const string Id = "FLT1003";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Native memory leaks when an exception is thrown",
        "The block from '{0}' leaks if line {1} {2}: {3} each time (glibc on Linux)",
        Categories.Reliability,
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "Between the allocation and the call that frees the block something may throw, and no finally or catch frees it then.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (Leak leak in body.Leaks)
            if (leak is { IsOnNormalPath: false, ThrownBy: { } thrower })
                body.Report(Diagnostic.Create(
                    Descriptor, leak.Site.Syntax.GetLocation(), [thrower.GetLocation()], LeakText.Properties(leak),
                    leak.Site.Source!.DisplayName, LeakText.Line(thrower), thrower is YieldStatementSyntax ? "is the last that is asked for" : "throws",
                    LeakText.Cost(body, leak.Site)));
    }
}
