using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Interceptors.Sites;

/// <summary>
/// The line that a debugger, a stack trace and the run-time route give for a call: where its statement starts, not where the call stands in a statement of many
/// lines. Follows what the compiler writes into symbols.
/// </summary>
internal static class SequencePoint
{
    /// <summary>Position in the file.</summary>
    public static int StartOf(SyntaxNode call)
    {
        for (SyntaxNode node = call; node.Parent is { } parent; node = parent)
        {
            switch (parent)
            {
                case ArrowExpressionClauseSyntax or AnonymousFunctionExpressionSyntax or SelectOrGroupClauseSyntax or QueryClauseSyntax or ConstructorInitializerSyntax or PrimaryConstructorBaseTypeSyntax:
                case SwitchExpressionArmSyntax arm when node == arm.Expression:
                    return node is ArgumentListSyntax ? parent.SpanStart : node.SpanStart;
                case VariableDeclaratorSyntax declarator:
                    return OfDeclarator(declarator);
                case ForStatementSyntax or ForEachStatementSyntax when node is ExpressionSyntax:
                    return node.SpanStart;
                case EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax }:
                    return node.SpanStart;
                case DoStatementSyntax loop:
                    return loop.WhileKeyword.SpanStart;
                case StatementSyntax and not BlockSyntax:
                    return parent.SpanStart;
                case MemberDeclarationSyntax and not GlobalStatementSyntax:
                    return node.SpanStart;
            }
        }

        return call.SpanStart;
    }

    /// <summary>The first declarator of a statement stands for the statement, each further one for itself; one of a field for itself.</summary>
    private static int OfDeclarator(VariableDeclaratorSyntax declarator)
    {
        VariableDeclarationSyntax declaration = (VariableDeclarationSyntax)declarator.Parent!;
        if (declaration.Variables[0] != declarator)
            return declarator.SpanStart;
        return declaration.Parent switch
        {
            LocalDeclarationStatementSyntax statement => statement.SpanStart,
            BaseFieldDeclarationSyntax field => field.SpanStart,
            _ => declaration.SpanStart,
        };
    }
}
