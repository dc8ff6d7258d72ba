using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Looks at a method's syntax alone: binding all of them would mean to bind the whole program.</summary>
internal static class SimpleBody
{
    /// <summary>False if the body neither throws nor calls, creates or awaits anything.</summary>
    public static bool MayThrow(SyntaxNode body)
        => body is not (BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax or LocalFunctionStatementSyntax)
            || body.DescendantNodes().Any(inner => inner is ThrowStatementSyntax or ThrowExpressionSyntax or InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax
                or AwaitExpressionSyntax or YieldStatementSyntax or ConstructorInitializerSyntax or ForEachStatementSyntax or UsingStatementSyntax or LockStatementSyntax);

    /// <summary>True if a throw stands outside of every try, lambda and local function.</summary>
    public static bool Throws(SyntaxNode body)
        => body.DescendantNodes(outer => outer is not (TryStatementSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)).Any(inner => inner is ThrowStatementSyntax or ThrowExpressionSyntax);
}
