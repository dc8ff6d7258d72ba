using System.Collections.Generic;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Rules;

/// <summary>What messages say about a finding's place and the way that leads there.</summary>
internal static class FindingText
{
    /// <summary>Where it was allocated and where it was freed, as far as both are in the body.</summary>
    public static IEnumerable<Location> Steps(Finding finding)
    {
        if (finding.Site is { Kind: SiteKind.Block } site)
            yield return site.Syntax.GetLocation();
        if (finding.Before is { } before)
            yield return before.GetLocation();
    }

    /// <summary>The subject of a sentence that goes on with "a block".</summary>
    public static string Use(Finding finding)
    {
        if (finding.Kind == FindingKind.FreedTwice)
            return $"'{Callee(finding.Syntax)}' frees";
        return finding.Syntax switch
        {
            ReturnStatementSyntax or ArrowExpressionClauseSyntax => "Returned is",
            InvocationExpressionSyntax => $"'{Callee(finding.Syntax)}' uses",
            ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } => $"'{Callee(call)}' uses",
            _ => $"'{Short(finding.Syntax)}' points into",
        };
    }

    /// <summary>The called method as it is written: NativeMemory.Free.</summary>
    public static string Callee(SyntaxNode call) => call is InvocationExpressionSyntax invocation ? Short(invocation.Expression) : Short(call);

    private static string Short(SyntaxNode node)
    {
        string text = node.ToString();
        int end = text.IndexOf('\n');
        return end < 0 ? text : text.Substring(0, end).TrimEnd() + " …";
    }
}
