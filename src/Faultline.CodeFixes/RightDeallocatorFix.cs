using System.Collections.Immutable;
using System.Composition;
using System.Threading;
using System.Threading.Tasks;
using Faultline.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.CodeFixes;

/// <summary>FLT1006: frees the block by the deallocator of the family that it was allocated from.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RightDeallocatorFix))]
[Shared]
public sealed class RightDeallocatorFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [MismatchedDeallocator.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <summary>Offers the fix only when the call that it would write is known to compile.</summary>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        SemanticModel? model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root == null || model == null)
            return;
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (!diagnostic.Properties.TryGetValue(MismatchedDeallocator.RightCallProperty, out string? right) || right == null)
                continue;
            if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax { ArgumentList.Arguments.Count: 1 } wrong)
                continue;
            SyntaxNode? allocation = diagnostic.AdditionalLocations.Count > 0 ? root.FindNode(diagnostic.AdditionalLocations[0].SourceSpan, getInnermostNodeForTie: true) : null;
            if (Deallocators.Find(right, allocation, wrong, model, context.CancellationToken) is not { } deallocator
                || BlockArgument.As(deallocator.Parameters[0].Type, wrong.ArgumentList.Arguments[0].Expression, model, context.CancellationToken) is not { } argument)
                continue;

            string title = $"Free by {deallocator.ContainingType.Name}.{deallocator.Name}";
            context.RegisterCodeFix(
                CodeAction.Create(title, cancel => ReplaceAsync(context.Document, wrong, deallocator, argument, cancel), equivalenceKey: nameof(RightDeallocatorFix)), diagnostic);
        }
    }

    private static async Task<Document> ReplaceAsync(
        Document document, InvocationExpressionSyntax wrong, IMethodSymbol deallocator, ExpressionSyntax argument, CancellationToken cancel)
    {
        SyntaxNode? root = await document.GetSyntaxRootAsync(cancel).ConfigureAwait(false);
        ExpressionSyntax called = Deallocators.Name(deallocator, document).WithTriviaFrom(wrong.Expression);
        ArgumentSyntax passed = wrong.ArgumentList.Arguments[0].WithNameColon(null).WithExpression(argument);
        InvocationExpressionSyntax right = wrong
            .WithExpression(called)
            .WithArgumentList(wrong.ArgumentList.WithArguments(wrong.ArgumentList.Arguments.Replace(wrong.ArgumentList.Arguments[0], passed)));
        return document.WithSyntaxRoot(root!.ReplaceNode(wrong, right));
    }
}
