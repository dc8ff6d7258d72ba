using System;
using System.Collections.Immutable;
using System.Composition;
using System.Threading;
using Faultline.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Editing;

namespace Faultline.CodeFixes;

/// <summary>FLT0008: removes the clear of a block that is zero already.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveClearFix))]
[Shared]
public sealed class RemoveClearFix : Fix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RedundantClear.Id];

    private protected override ImmutableArray<(string Title, Action<DocumentEditor> Edit)> Offers(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel)
        => Statements.At(root, diagnostic.Location) is { } clear ? [("Remove the clear", editor => Statements.Remove(editor, clear))] : [];
}
