using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.CodeFixes;

/// <summary>Writes casts.</summary>
internal static class Casts
{
    /// <summary>(type)expression, with parentheses where the expression binds less tightly.</summary>
    public static ExpressionSyntax To(string type, ExpressionSyntax expression)
    {
        ExpressionSyntax bare = expression.WithoutTrivia();
        ExpressionSyntax operand = bare is IdentifierNameSyntax or LiteralExpressionSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax
            or ElementAccessExpressionSyntax or ParenthesizedExpressionSyntax or SizeOfExpressionSyntax or CastExpressionSyntax or CheckedExpressionSyntax
            ? bare : SyntaxFactory.ParenthesizedExpression(bare);
        return SyntaxFactory.CastExpression(SyntaxFactory.ParseTypeName(type), operand).WithTriviaFrom(expression);
    }
}
