using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;

namespace Faultline.CodeFixes;

/// <summary>Takes statements away without taking comments along.</summary>
internal static class Statements
{
    private static readonly SyntaxAnnotation CommentLeft = new("Faultline.CommentLeft");
    private static readonly SyntaxAnnotation NothingLeft = new("Faultline.NothingLeft");
    private static readonly SyntaxAnnotation FinallyLess = new("Faultline.FinallyLess");

    /// <summary>The statement at a diagnostic's location, if it stands in a list of statements and so can be removed.</summary>
    public static StatementSyntax? At(SyntaxNode root, Location location)
        => root.FindNode(location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<StatementSyntax>() is { Parent: BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax } statement
            ? statement : null;

    /// <summary>Marks a statement for removal. Comments before it and behind it stay, on lines of their own.</summary>
    public static void Remove(SyntaxEditor editor, StatementSyntax statement)
    {
        SyntaxTriviaList kept = CommentsOf(statement);
        editor.ReplaceNode(statement, (_, _) => statement.WithLeadingTrivia(kept).WithTrailingTrivia().WithAdditionalAnnotations(kept.Count > 0 ? CommentLeft : NothingLeft));
    }

    /// <summary>Removes what has been marked: a syntax editor cannot change a statement and remove it, too.</summary>
    public static SyntaxNode RemoveMarked(SyntaxNode root)
    {
        root = RemoveMarked(root, CommentLeft, SyntaxRemoveOptions.KeepLeadingTrivia);
        root = RemoveMarked(root, NothingLeft, SyntaxRemoveOptions.KeepUnbalancedDirectives);
        while (root.GetAnnotatedNodes(FinallyLess).OfType<TryStatementSyntax>().FirstOrDefault() is { } attempt)
            root = root.ReplaceNode(attempt, WithoutFinally(attempt, moved: null).Select(statement => statement.WithoutAnnotations(FinallyLess).WithAdditionalAnnotations(Formatter.Annotation)));
        return root;
    }

    /// <summary>Marks a try whose finally is to go.</summary>
    public static void RemoveFinally(SyntaxEditor editor, TryStatementSyntax attempt)
        => editor.ReplaceNode(attempt, (current, _) => current.WithAdditionalAnnotations(FinallyLess));

    /// <summary>The try with its catches alone; or, if it has none, its statements; in a block where their names could meet others.</summary>
    /// <param name="moved">The statement of the finally that finds another place, with its comments; null if it goes.</param>
    public static IEnumerable<StatementSyntax> WithoutFinally(TryStatementSyntax attempt, StatementSyntax? moved)
    {
        SyntaxTrivia[] comments = [.. attempt.Finally!.DescendantTrivia().Where(trivia => IsComment(trivia) && moved?.FullSpan.Contains(trivia.Span) != true)];
        StatementSyntax[] left = [.. WithoutFinally(attempt)];
        if (comments.Length > 0 && left.Length > 0)
            left[left.Length - 1] = WithComments(left[left.Length - 1], comments);
        return left;
    }

    /// <summary>Behind the statement, each on a line of its own.</summary>
    private static StatementSyntax WithComments(StatementSyntax statement, SyntaxTrivia[] comments)
    {
        SyntaxTriviaList behind = statement.GetTrailingTrivia();
        if (!behind.Any(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)))
            behind = behind.Add(SyntaxFactory.ElasticCarriageReturnLineFeed);
        return statement.WithTrailingTrivia(behind.AddRange(comments.SelectMany(comment => new[] { comment, SyntaxFactory.ElasticCarriageReturnLineFeed })));
    }

    private static IEnumerable<StatementSyntax> WithoutFinally(TryStatementSyntax attempt)
    {
        if (attempt.Catches.Count > 0)
            return [attempt.WithFinally(null)];
        HashSet<string> own = [.. NamesDeclaredIn(attempt)];
        bool meetsOthers = attempt.Parent is not BlockSyntax around || around.Statements.Where(other => other != attempt).SelectMany(NamesDeclaredIn).Any(own.Contains);
        if (meetsOthers)
            return [attempt.Block.WithTriviaFrom(attempt)];
        return attempt.Block.Statements.Select((statement, i) => i == 0 ? statement.WithLeadingTrivia(Joined(attempt.GetLeadingTrivia(), statement.GetLeadingTrivia())) : statement);
    }

    /// <summary>The comments and blank lines before the try, then those before its first statement.</summary>
    private static SyntaxTriviaList Joined(SyntaxTriviaList outer, SyntaxTriviaList inner)
        => outer.Count > 0 && outer.Last().IsKind(SyntaxKind.WhitespaceTrivia) ? outer.RemoveAt(outer.Count - 1).AddRange(inner) : outer.AddRange(inner);

    private static IEnumerable<string> NamesDeclaredIn(SyntaxNode node) => node.DescendantNodes().Select(inner => inner switch
    {
        VariableDeclaratorSyntax variable => variable.Identifier.ValueText,
        SingleVariableDesignationSyntax designation => designation.Identifier.ValueText,
        ForEachStatementSyntax loop => loop.Identifier.ValueText,
        LocalFunctionStatementSyntax function => function.Identifier.ValueText,
        ParameterSyntax parameter => parameter.Identifier.ValueText,
        CatchDeclarationSyntax declaration => declaration.Identifier.ValueText,
        LabeledStatementSyntax label => label.Identifier.ValueText,
        _ => "",
    }).Where(name => name.Length > 0);

    private static SyntaxNode RemoveMarked(SyntaxNode root, SyntaxAnnotation annotation, SyntaxRemoveOptions options)
        => root.RemoveNodes(root.GetAnnotatedNodes(annotation).Select(node => node.Parent is GlobalStatementSyntax global ? global : node), options)!;

    private static SyntaxTriviaList CommentsOf(StatementSyntax statement)
    {
        SyntaxTriviaList leading = statement.GetLeadingTrivia();
        SyntaxTriviaList trailing = statement.GetTrailingTrivia();
        SyntaxTrivia[] behind = [.. trailing.Where(IsComment)];
        if (!leading.Any(IsComment) && behind.Length == 0)
            return default;
        if (behind.Length == 0)
            return leading.Count > 0 && leading.Last().IsKind(SyntaxKind.WhitespaceTrivia) ? leading.RemoveAt(leading.Count - 1) : leading;
        return leading.AddRange(behind).AddRange(trailing.Where(one => one.IsKind(SyntaxKind.EndOfLineTrivia)));
    }

    private static bool IsComment(SyntaxTrivia trivia)
        => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia) || trivia.IsDirective;
}
