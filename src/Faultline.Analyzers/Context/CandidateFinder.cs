// Binding is what costs time in an analyzer: on 200,000 invocations a filter by name before binding is seven times as fast as binding
// them all. A body in which nothing is invoked by the name of an allocation API is never bound, and one whose text contains no part of such a
// name is not even walked.

using System.Collections.Generic;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Context;

/// <summary>Finds the invocations of a code block that may be allocation calls, by name alone.</summary>
internal static class CandidateFinder
{
    public static List<InvocationExpressionSyntax> Find(SyntaxNode codeBlock, AllocationContext context, OwnershipOptions options)
    {
        List<InvocationExpressionSyntax> found = [];
        if (!context.HasRenamedImports && !options.HasNames && !Words.Of(codeBlock.SyntaxTree).AreIn(codeBlock.Span))
            return found;
        HashSet<string>? localImports = null;
        foreach (SyntaxNode node in codeBlock.DescendantNodes(node => MayDescend(node, codeBlock)))
        {
            if (node is InvocationExpressionSyntax invocation && InvokedName(invocation.Expression) is { } name && (context.MayName(name) || options.MayName(name)))
                found.Add(invocation);
            else if (node is LocalFunctionStatementSyntax { AttributeLists.Count: > 0 } function && LibcImports.HasImportAttribute(function.AttributeLists))
                (localImports ??= []).Add(function.Identifier.ValueText);
        }

        if (localImports != null)
            AddCallsOf(localImports, codeBlock, found);
        return found;
    }

    /// <summary>A second walk, since a local extern function may be declared behind its calls.</summary>
    private static void AddCallsOf(HashSet<string> localImports, SyntaxNode codeBlock, List<InvocationExpressionSyntax> found)
    {
        foreach (SyntaxNode node in codeBlock.DescendantNodes(node => MayDescend(node, codeBlock)))
            if (node is InvocationExpressionSyntax invocation && InvokedName(invocation.Expression) is { } name
                && localImports.Contains(name) && !found.Contains(invocation))
                found.Add(invocation);
    }

    /// <summary>The code block of top-level statements is the whole file; the members of its types are code blocks of their own.</summary>
    private static bool MayDescend(SyntaxNode node, SyntaxNode codeBlock)
        => node == codeBlock || node is not MemberDeclarationSyntax || node is GlobalStatementSyntax;

    /// <summary>The simple name under which something is invoked.</summary>
    public static string? InvokedName(ExpressionSyntax invoked) => invoked switch
    {
        SimpleNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
        _ => null,
    };
}
