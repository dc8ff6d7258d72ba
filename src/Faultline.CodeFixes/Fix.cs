using System;
using System.Collections.Immutable;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Editing;

namespace Faultline.CodeFixes;

/// <summary>
/// A fix that edits one document. The rule has decided whether it can be made and says so by properties of the diagnostic; the fix
/// looks only at what writing it needs, and offers nothing where that is missing.
/// </summary>
public abstract class Fix : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        SemanticModel? model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root == null || model == null)
            return;
        foreach (Diagnostic diagnostic in context.Diagnostics)
            foreach ((string title, Action<DocumentEditor> edit) in Offers(diagnostic, root, model, context.CancellationToken))
                context.RegisterCodeFix(
                    CodeAction.Create(title, cancel => EditAsync(context.Document, edit, cancel), equivalenceKey: GetType().Name + title), diagnostic);
    }

    /// <summary>What can be done about the diagnostic: a title that names no variables, so that fix-all knows equal actions, and the edit.</summary>
    private protected abstract ImmutableArray<(string Title, Action<DocumentEditor> Edit)> Offers(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel);

    private static async Task<Document> EditAsync(Document document, Action<DocumentEditor> edit, CancellationToken cancel)
    {
        DocumentEditor editor = await DocumentEditor.CreateAsync(document, cancel).ConfigureAwait(false);
        edit(editor);
        return document.WithSyntaxRoot(Statements.RemoveMarked(editor.GetChangedRoot()));
    }
}
