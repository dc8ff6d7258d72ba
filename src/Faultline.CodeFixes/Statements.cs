using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace Faultline.CodeFixes;

/// <summary>Takes statements away without taking comments along.</summary>
internal static class Statements
{
    private static readonly SyntaxAnnotation CommentLeft = new("Faultline.CommentLeft");
    private static readonly SyntaxAnnotation NothingLeft = new("Faultline.NothingLeft");

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
        return RemoveMarked(root, NothingLeft, SyntaxRemoveOptions.KeepUnbalancedDirectives);
    }

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
