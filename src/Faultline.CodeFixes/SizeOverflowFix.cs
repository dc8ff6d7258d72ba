using System;
using System.Collections.Immutable;
using System.Composition;
using System.Threading;
using Faultline.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace Faultline.CodeFixes;

/// <summary>FLT1010: the two-argument Alloc, which checks its product; or 64-bit arithmetic; or checked arithmetic.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SizeOverflowFix))]
[Shared]
public sealed class SizeOverflowFix : Fix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [SizeOverflow.Id];

    private protected override bool IsOfExpression => true;

    private protected override ImmutableArray<(string Title, Action<DocumentEditor> Edit)> Offers(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel)
    {
        if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not BinaryExpressionSyntax arithmetic)
            return [];
        ImmutableArray<(string, Action<DocumentEditor>)>.Builder offers = ImmutableArray.CreateBuilder<(string, Action<DocumentEditor>)>();
        if (diagnostic.Properties.ContainsKey(SizeOverflow.TwoArgumentsProperty) && ArgumentOf(arithmetic) is { } argument)
            offers.Add(("Pass count and size", editor => editor.ReplaceNode(
                argument.Parent!, ((ArgumentListSyntax)argument.Parent!).WithArguments(Factors(argument, arithmetic, model, cancel)))));
        if (diagnostic.Properties.TryGetValue(SizeOverflow.WidenProperty, out string? type) && type != null)
            offers.Add(("Compute in 64 bits", editor => editor.ReplaceNode(WithCast(arithmetic), Widened(arithmetic, type, model, cancel).WithTriviaFrom(WithCast(arithmetic)))));
        offers.Add(("Compute in a checked context", editor =>
        {
            ExpressionSyntax whole = arithmetic.Parent is ParenthesizedExpressionSyntax parentheses ? parentheses : arithmetic;
            editor.ReplaceNode(whole, SyntaxFactory.CheckedExpression(SyntaxKind.CheckedExpression, arithmetic.WithoutTrivia()).WithTriviaFrom(whole));
        }));
        return offers.ToImmutable();
    }

    private static ArgumentSyntax? ArgumentOf(ExpressionSyntax arithmetic)
    {
        SyntaxNode? outer = arithmetic.Parent;
        while (outer is ParenthesizedExpressionSyntax or CastExpressionSyntax)
            outer = outer.Parent;
        return outer is ArgumentSyntax { Parent: ArgumentListSyntax } argument ? argument : null;
    }

    private static SeparatedSyntaxList<ArgumentSyntax> Factors(ArgumentSyntax argument, BinaryExpressionSyntax product, SemanticModel model, CancellationToken cancel)
        => SyntaxFactory.SeparatedList(
            [
                SyntaxFactory.Argument(Widened(Bare(product.Left), "nuint", model, cancel).WithoutTrivia().WithLeadingTrivia(argument.GetLeadingTrivia())),
                SyntaxFactory.Argument(Widened(Bare(product.Right), "nuint", model, cancel).WithoutTrivia().WithTrailingTrivia(argument.GetTrailingTrivia())),
            ],
            [SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space)]);

    /// <summary>The arithmetic with the cast around it, which moves to the operands.</summary>
    private static ExpressionSyntax WithCast(ExpressionSyntax arithmetic)
    {
        ExpressionSyntax outer = arithmetic;
        while (outer.Parent is ParenthesizedExpressionSyntax parentheses)
            outer = parentheses;
        return outer.Parent is CastExpressionSyntax cast ? cast : arithmetic;
    }

    /// <summary>Casts the operands of products and sums; of a shift only what is shifted.</summary>
    private static ExpressionSyntax Widened(ExpressionSyntax expression, string type, SemanticModel model, CancellationToken cancel)
    {
        ExpressionSyntax bare = Bare(expression);
        if (model.GetConstantValue(bare, cancel) is { HasValue: true, Value: int and >= 0 })
            return expression;
        if (bare is not BinaryExpressionSyntax binary || !binary.IsKind(SyntaxKind.MultiplyExpression) && !binary.IsKind(SyntaxKind.AddExpression) && !binary.IsKind(SyntaxKind.LeftShiftExpression))
            return Casts.To(type, bare).WithTriviaFrom(expression);
        BinaryExpressionSyntax wide = binary.WithLeft(Widened(binary.Left, type, model, cancel));
        if (!binary.IsKind(SyntaxKind.LeftShiftExpression))
            wide = wide.WithRight(Widened(binary.Right, type, model, cancel));
        return bare == expression ? wide : SyntaxFactory.ParenthesizedExpression(wide.WithoutTrivia()).WithTriviaFrom(expression);
    }

    private static ExpressionSyntax Bare(ExpressionSyntax expression)
    {
        while (expression is ParenthesizedExpressionSyntax parentheses)
            expression = parentheses.Expression;
        return expression;
    }
}
