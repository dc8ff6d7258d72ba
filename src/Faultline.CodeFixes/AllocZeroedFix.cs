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

/// <summary>FLT0007: NativeMemory.AllocZeroed in place of Alloc and the clear behind it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AllocZeroedFix))]
[Shared]
public sealed class AllocZeroedFix : Fix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [ClearAfterAllocation.Id];

    private protected override ImmutableArray<(string Title, Action<DocumentEditor> Edit)> Offers(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel)
    {
        if (!diagnostic.Properties.ContainsKey(ClearAfterAllocation.FixProperty) || Statements.At(root, diagnostic.AdditionalLocations[0]) is not { } clear)
            return [];
        if (root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax call || NameOf(call) is not { } name)
            return [];
        return [("Allocate by NativeMemory.AllocZeroed", editor =>
        {
            editor.ReplaceNode(name, SyntaxFactory.IdentifierName("AllocZeroed").WithTriviaFrom(name));
            Statements.Remove(editor, clear);
        })];
    }

    /// <summary>Under "using static" a bare name would have to be found again in the same type: it is, since both are members of NativeMemory.</summary>
    private static SimpleNameSyntax? NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name,
        IdentifierNameSyntax name => name,
        _ => null,
    };
}
