using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.CodeFixes;

/// <summary>
/// A fix that edits one document. The rule has decided whether it can be made and says so by properties of the diagnostic; the fix
/// looks only at what writing it needs, and offers nothing where that is missing.
/// </summary>
public abstract class Fix : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => FixAllProvider.Create(FixAllAsync);

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        SemanticModel? model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root == null || model == null)
            return;
        foreach (Diagnostic diagnostic in context.Diagnostics)
            foreach ((string title, Action<DocumentEditor> edit) in OffersWhereAllIsSeen(diagnostic, root, model, context.CancellationToken))
                context.RegisterCodeFix(
                    CodeAction.Create(title, cancel => EditAsync(context.Document, edit, cancel), equivalenceKey: GetType().Name + title), diagnostic);
    }

    /// <summary>The change is one of an expression, and means the same whatever stands around it.</summary>
    private protected virtual bool IsOfExpression => false;

    private ImmutableArray<(string Title, Action<DocumentEditor> Edit)> OffersWhereAllIsSeen(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel)
        => !IsOfExpression && Contexts.HasVariants(root.FindNode(diagnostic.Location.SourceSpan)) ? [] : Offers(diagnostic, root, model, cancel);

    /// <summary>What can be done about the diagnostic: a title that names no variables, so that fix-all knows equal actions, and the edit.</summary>
    private protected abstract ImmutableArray<(string Title, Action<DocumentEditor> Edit)> Offers(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel);

    /// <summary>What an edit replaces, so that another one in it is left for the next round.</summary>
    private protected virtual IEnumerable<TextSpan> Touched(Diagnostic diagnostic, SyntaxNode root)
        => diagnostic.AdditionalLocations.Prepend(diagnostic.Location).Select(location => location.SourceSpan);

    private static async Task<Document> EditAsync(Document document, Action<DocumentEditor> edit, CancellationToken cancel)
    {
        DocumentEditor editor = await DocumentEditor.CreateAsync(document, cancel).ConfigureAwait(false);
        edit(editor);
        return document.WithSyntaxRoot(Statements.RemoveMarked(editor.GetChangedRoot()));
    }

    /// <summary>All edits of a document in one go: merging the texts that they come to, as the batch fixer does, loses those that lie close together.</summary>
    private async Task<Document?> FixAllAsync(FixAllContext context, Document document, ImmutableArray<Diagnostic> diagnostics)
    {
        DocumentEditor editor = await DocumentEditor.CreateAsync(document, context.CancellationToken).ConfigureAwait(false);
        List<TextSpan> touched = [];
        foreach (Diagnostic diagnostic in diagnostics.OrderBy(one => one.Location.SourceSpan.Start))
        {
            TextSpan[] own = [.. Touched(diagnostic, editor.OriginalRoot)];
            if (own.Any(span => touched.Any(other => other.OverlapsWith(span))))
                continue;
            foreach ((string title, Action<DocumentEditor> edit) in OffersWhereAllIsSeen(diagnostic, editor.OriginalRoot, editor.SemanticModel, context.CancellationToken))
            {
                if (GetType().Name + title != context.CodeActionEquivalenceKey)
                    continue;
                edit(editor);
                touched.AddRange(own);
            }
        }

        return document.WithSyntaxRoot(Statements.RemoveMarked(editor.GetChangedRoot()));
    }
}
