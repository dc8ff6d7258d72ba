using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Looks at a method's syntax alone, for methods that are given no pointers: solving those would mean to solve the whole program.</summary>
internal static class SimpleBody
{
    /// <summary>False if the body neither throws nor calls, creates or awaits anything.</summary>
    public static bool MayThrow(SyntaxNode body)
        => body is not (BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax)
            || body.DescendantNodes().Any(inner => inner is ThrowStatementSyntax or ThrowExpressionSyntax or InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax
                or AwaitExpressionSyntax or YieldStatementSyntax or ConstructorInitializerSyntax or ForEachStatementSyntax or UsingStatementSyntax or LockStatementSyntax);
}
