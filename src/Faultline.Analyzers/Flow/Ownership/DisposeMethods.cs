using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>IDisposable's contract: Dispose may be called again and must do nothing then. Which methods it binds.</summary>
internal static class DisposeMethods
{
    /// <summary>Dispose() itself, or a Dispose(bool) that its Dispose() does not guard.</summary>
    public static bool MayRunTwice(ISymbol member)
    {
        if (member is not IMethodSymbol { IsStatic: false, ReturnsVoid: true } method || !IsDispose(method) || method.ContainingType is not { TypeKind: TypeKind.Class } type
            || !type.AllInterfaces.Any(implemented => implemented.SpecialType == SpecialType.System_IDisposable))
            return false;
        return method.Parameters.Length switch
        {
            0 => true,
            1 => method.Parameters[0].Type.SpecialType == SpecialType.System_Boolean && type.GetMembers("Dispose").OfType<IMethodSymbol>().Any(IsUnguarded),
            _ => false,
        };
    }

    private static bool IsDispose(IMethodSymbol method)
        => method.Name == "Dispose" || method.ExplicitInterfaceImplementations.Any(implemented => implemented.ContainingType.SpecialType == SpecialType.System_IDisposable);

    private static bool IsUnguarded(IMethodSymbol dispose)
        => dispose.Parameters.IsEmpty && dispose.DeclaringSyntaxReferences.Length == 1
            && dispose.DeclaringSyntaxReferences[0].GetSyntax() is MethodDeclarationSyntax declaration
            && !declaration.DescendantNodes().Any(node => node is IfStatementSyntax or ConditionalExpressionSyntax or ConditionalAccessExpressionSyntax or SwitchStatementSyntax or BinaryExpressionSyntax);
}
