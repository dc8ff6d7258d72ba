using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using Faultline.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.CodeFixes;

/// <summary>FLT1001 to FLT1003: what follows the allocation goes into a try, whose finally frees the block once for all ways out.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(FreeInFinallyFix))]
[Shared]
public sealed class FreeInFinallyFix : Fix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [NeverFreed.Id, NotFreedOnSomePath.Id, LeaksOnException.Id];

    private protected override ImmutableArray<(string Title, Action<DocumentEditor> Edit)> Offers(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel)
    {
        if (!diagnostic.Properties.TryGetValue(LeakText.DeallocatorProperty, out string? right) || right == null)
            return [];
        SyntaxNode allocation = root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
        if (OwnedScope.Of(allocation, model, cancel) is not { } scope || Deallocators.Find(right, allocation, allocation, model, cancel) is not { } deallocator)
            return [];
        if (Argument(scope.Local, deallocator.Parameters[0].Type, model.Compilation, scope.Declaration) is not { } argument || !scope.MayFreeAtEnd(deallocator, model, cancel))
            return [];
        return [("Free in a finally", editor => editor.ReplaceNode(scope.Block, Rewrite(scope, editor.OriginalDocument, deallocator, argument)))];
    }

    /// <summary>One allocation of a block at a time: the next one goes into the try that the first has made.</summary>
    private protected override IEnumerable<TextSpan> Touched(Diagnostic diagnostic, SyntaxNode root)
        => [root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<BlockSyntax>()?.Span ?? diagnostic.Location.SourceSpan];

    private static BlockSyntax Rewrite(OwnedScope scope, Document document, IMethodSymbol deallocator, ExpressionSyntax argument)
    {
        InvocationExpressionSyntax free = SyntaxFactory.InvocationExpression(
            Deallocators.Name(deallocator, document), SyntaxFactory.ArgumentList([SyntaxFactory.Argument(argument)]));
        SyntaxTriviaList newLine = [.. scope.Declaration.GetTrailingTrivia().Where(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia))];
        SyntaxTriviaList blankLines = [.. scope.Rest[0].GetLeadingTrivia().TakeWhile(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia))];
        IEnumerable<StatementSyntax> guarded = scope.Rest.Select(statement => statement.RemoveNodes(
            statement.DescendantNodes().Where(scope.Frees.Contains), SyntaxRemoveOptions.KeepExteriorTrivia)!)
            .Select((statement, i) => i == 0 ? statement.WithLeadingTrivia(statement.GetLeadingTrivia().Skip(blankLines.Count)) : statement)
            .Where((_, i) => !scope.Frees.Contains(scope.Rest[i]));
        StatementSyntax freeing = SyntaxFactory.ExpressionStatement(free);
        if (scope.Rest.LastOrDefault(scope.Frees.Contains) is { } old)
            freeing = freeing.WithLeadingTrivia(old.GetLeadingTrivia().SkipWhile(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia))).WithTrailingTrivia(old.GetTrailingTrivia());
        TryStatementSyntax attempt = SyntaxFactory.TryStatement(
                SyntaxFactory.Block(guarded), default,
                SyntaxFactory.FinallyClause(SyntaxFactory.Block(freeing)))
                .WithLeadingTrivia(blankLines)
                .WithTrailingTrivia(newLine)
                .WithAdditionalAnnotations(Formatter.Annotation);
        return scope.Block.WithStatements([.. scope.Block.Statements.Take(scope.Index + 1), attempt]);
    }

    private static ExpressionSyntax? Argument(ILocalSymbol local, ITypeSymbol wanted, Compilation compilation, SyntaxNode place)
    {
        IdentifierNameSyntax name = SyntaxFactory.IdentifierName(local.Name);
        if (compilation.ClassifyConversion(local.Type, wanted).IsImplicit)
            return name;
        if (wanted is IPointerTypeSymbol)
            return Contexts.IsUnsafe(place) && IsAddress(local.Type) ? SyntaxFactory.CastExpression(SyntaxFactory.ParseTypeName("void*"), name) : null;
        return IsAddress(local.Type) ? SyntaxFactory.CastExpression(SyntaxFactory.ParseTypeName("nint"), name) : null;
    }

    private static bool IsAddress(ITypeSymbol type) => type is IPointerTypeSymbol || type.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;
}
