using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using Faultline.Analyzers.Rules;
using Faultline.Analyzers.Shapes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.CodeFixes;

/// <summary>
/// FLT0003, FLT0004: one block before the loop, freed in a finally behind it, so that a return, a break or an exception in the loop does
/// not leak what did not exist there before.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(HoistFix))]
[Shared]
public sealed class HoistFix : Fix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [LoopChurn.Id, LoopInvariantAllocation.Id];

    private protected override ImmutableArray<(string Title, Action<DocumentEditor> Edit)> Offers(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel)
    {
        if (!diagnostic.Properties.ContainsKey(LoopChurn.HoistProperty)
            || Statements.At(root, diagnostic.AdditionalLocations[0]) is not LocalDeclarationStatementSyntax declaration
            || Statements.At(root, diagnostic.AdditionalLocations[1]) is not { } free
            || declaration.Parent is not BlockSyntax { Parent: StatementSyntax loop } body)
            return [];
        return [("Allocate once before the loop", editor => Hoist(editor, loop, body, declaration, free))];
    }

    private protected override IEnumerable<TextSpan> Touched(Diagnostic diagnostic, SyntaxNode root)
        => [root.FindToken(diagnostic.AdditionalLocations[2].SourceSpan.Start).Parent!.FirstAncestorOrSelf<StatementSyntax>()!.Span];

    private static void Hoist(DocumentEditor editor, StatementSyntax loop, BlockSyntax body, LocalDeclarationStatementSyntax declaration, StatementSyntax free)
    {
        IEnumerable<StatementSyntax> kept = body.Statements.Where(statement => statement != declaration && statement != free);
        if (FreeStatement.OnlyInFinallyOf(free) is { } attempt)
            kept = kept.SelectMany(statement => statement == attempt ? Statements.WithoutFinally(attempt, free) : [statement]);
        StatementSyntax inner = WithoutBlankLine(loop.ReplaceNode(body, body.WithStatements(SyntaxFactory.List(WithoutLeadingBlankLine(kept)))));
        TryStatementSyntax guarded = SyntaxFactory.TryStatement(
            SyntaxFactory.Block(inner),
            default,
            SyntaxFactory.FinallyClause(SyntaxFactory.Block(WithoutBlankLine(free))));
        StatementSyntax before = WithoutBlankLine(declaration);
        before = before.WithLeadingTrivia(loop.GetLeadingTrivia().TakeWhile(IsEndOfLine).Concat(before.GetLeadingTrivia()));
        editor.InsertBefore(loop, before.WithAdditionalAnnotations(Formatter.Annotation));
        editor.ReplaceNode(loop, guarded.WithAdditionalAnnotations(Formatter.Annotation));
    }

    private static IEnumerable<StatementSyntax> WithoutLeadingBlankLine(IEnumerable<StatementSyntax> statements)
        => statements.Select((statement, i) => i == 0 ? WithoutBlankLine(statement) : statement);

    private static StatementSyntax WithoutBlankLine(StatementSyntax statement)
        => statement.WithLeadingTrivia(statement.GetLeadingTrivia().SkipWhile(IsEndOfLine));

    private static bool IsEndOfLine(SyntaxTrivia trivia) => trivia.IsKind(SyntaxKind.EndOfLineTrivia);
}
