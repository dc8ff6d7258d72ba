using System.Collections.Generic;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1002: some paths free the block or hand it on, and others leave it behind.</summary>
internal sealed class NotFreedOnSomePath : Rule
{
    public const string Id = "FLT1002";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Native memory is not freed on some path",
        "The block from '{0}' is not freed on the path {1}: each time it leaks {2} (glibc on Linux)",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "The block is freed or handed on elsewhere in the body, but a return, a throw or another branch leaves it behind.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (Leak leak in body.Leaks)
            if (leak is { IsOnNormalPath: true, IsReleasedSomewhere: true })
                body.Report(Diagnostic.Create(
                    Descriptor, leak.Site.Syntax.GetLocation(), leak.Ways.Select(way => way.GetLocation()), LeakText.Properties(leak),
                    leak.Site.Source!.DisplayName, Path(leak), LeakText.Cost(body, leak.Site)));
    }

    private static string Path(Leak leak)
    {
        List<string> ways = [];
        foreach (SyntaxNode way in leak.Ways)
            ways.Add(way switch
            {
                ReturnStatementSyntax => $"that returns at line {LeakText.Line(way)}",
                ThrowStatementSyntax or ThrowExpressionSyntax => $"that throws at line {LeakText.Line(way)}",
                _ => $"that ends at line {LeakText.EndLine(way)}",
            });
        return ways.Count == 0 ? "that comes round to the call again" : string.Join(" and on the one ", ways.Distinct());
    }
}
