// Which loop repeats a piece of code. Not repeated are: the collection of a foreach, a deconstructing one too; the declaration and the
// initialisers of a for; and the body of a lambda or local function in the loop, which runs when it is called.

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Shapes;

/// <summary>Questions about loops that the syntax answers.</summary>
internal static class Loops
{
    /// <summary>The innermost loop of the same function that repeats the node; null if there is none.</summary>
    public static StatementSyntax? Around(SyntaxNode node)
    {
        for (SyntaxNode inner = node; inner.Parent is { } outer && !IsFunction(inner); inner = outer)
            if (Repeats(outer, inner))
                return (StatementSyntax)outer;
        return null;
    }

    public static StatementSyntax BodyOf(StatementSyntax loop) => loop switch
    {
        ForStatementSyntax statement => statement.Statement,
        CommonForEachStatementSyntax statement => statement.Statement,
        WhileStatementSyntax statement => statement.Statement,
        _ => ((DoStatementSyntax)loop).Statement,
    };

    /// <summary>Whether the node is run in each pass that comes to it.</summary>
    public static bool RunsInEachPass(SyntaxNode node, StatementSyntax loop, string block) => RunsAlways(node, loop, block);

    /// <summary>False if a break, return or throw behind the node ends the loop in the pass that comes to it.</summary>
    public static bool ComesRound(SyntaxNode node, StatementSyntax loop)
    {
        for (SyntaxNode inner = node; inner != loop; inner = inner.Parent!)
            if (inner.Parent is BlockSyntax block)
                foreach (StatementSyntax behind in block.Statements)
                    if (behind.SpanStart > inner.SpanStart && behind is BreakStatementSyntax or ReturnStatementSyntax or ThrowStatementSyntax)
                        return false;
        return true;
    }

    /// <summary>Whether what is around the node runs it: no if, switch, catch or loop lies between, but for a test of the block for null.</summary>
    public static bool RunsAlways(SyntaxNode node, SyntaxNode around, string block)
    {
        SyntaxNode inner = node;
        for (SyntaxNode? outer = node; outer != around; inner = outer, outer = outer.Parent)
        {
            if (outer is null or SwitchStatementSyntax or CatchClauseSyntax or ElseClauseSyntax or ConditionalExpressionSyntax or SwitchExpressionSyntax or ConditionalAccessExpressionSyntax)
                return false;
            if (outer is IfStatementSyntax test && (test.Else != null || !IsNullTest(test.Condition, block)))
                return false;
            if (Repeats(outer, inner) || IsFunction(outer) || IsShortCircuit(outer))
                return false;
        }

        return true;
    }

    /// <summary>p != null and its like, for a given p.</summary>
    public static bool IsNullTest(ExpressionSyntax condition, string block)
        => condition is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.NotEqualsExpression } comparison
            && (IsName(comparison.Left, block) && IsZero(comparison.Right) || IsName(comparison.Right, block) && IsZero(comparison.Left));

    public static bool IsFunction(SyntaxNode node)
        => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax || node is MemberDeclarationSyntax and not GlobalStatementSyntax;

    private static bool Repeats(SyntaxNode outer, SyntaxNode inner) => outer switch
    {
        ForStatementSyntax loop => inner == loop.Statement || inner == loop.Condition || loop.Incrementors.Contains(inner),
        CommonForEachStatementSyntax loop => inner == loop.Statement,
        WhileStatementSyntax or DoStatementSyntax => true,
        _ => false,
    };

    private static bool IsShortCircuit(SyntaxNode node)
        => node.IsKind(SyntaxKind.LogicalAndExpression) || node.IsKind(SyntaxKind.LogicalOrExpression) || node.IsKind(SyntaxKind.CoalesceExpression);

    private static bool IsName(ExpressionSyntax expression, string name) => expression is IdentifierNameSyntax identifier && identifier.Identifier.ValueText == name;

    private static bool IsZero(ExpressionSyntax expression)
        => expression.IsKind(SyntaxKind.NullLiteralExpression) || expression.IsKind(SyntaxKind.DefaultLiteralExpression)
            || expression is LiteralExpressionSyntax { Token.Value: 0 } || expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Zero" };
}
