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
            if (isUnsafe)
                return true;
        }

        return false;
    }
}
