using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.CodeFixes;

/// <summary>What may be written at a place.</summary>
internal static class Contexts
{
    /// <summary>Whether pointers may be used there.</summary>
    public static bool IsUnsafe(SyntaxNode node)
    {
        for (SyntaxNode? outer = node; outer != null; outer = outer.Parent)
        {
            bool isUnsafe = outer switch
            {
                UnsafeStatementSyntax => true,
                MemberDeclarationSyntax member => member.Modifiers.Any(SyntaxKind.UnsafeKeyword),
                LocalFunctionStatementSyntax function => function.Modifiers.Any(SyntaxKind.UnsafeKeyword),
                _ => false,
            };
            if (isUnsafe || IsIterator(outer))
                return isUnsafe && !IsIterator(outer);
        }

        return false;
    }

    /// <summary>#if in the member around: what other configurations compile is not seen, and may rely on what would change.</summary>
    public static bool HasVariants(SyntaxNode node)
    {
        SyntaxNode member = node.FirstAncestorOrSelf<SyntaxNode>(outer => outer is MemberDeclarationSyntax and not GlobalStatementSyntax) ?? node.SyntaxTree.GetRoot();
        return member.ContainsDirectives && member.DescendantTrivia().Any(trivia => trivia.IsKind(SyntaxKind.IfDirectiveTrivia));
    }

    /// <summary>An iterator's body is a safe context, whatever is around it.</summary>
    private static bool IsIterator(SyntaxNode node)
        => node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
            && node.DescendantNodes(inner => inner == node || inner is not (LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax)).Any(inner => inner is YieldStatementSyntax);
}
