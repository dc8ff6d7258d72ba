using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace Faultline.CodeFixes;

/// <summary>The block as an argument of another type: NativeMemory takes void*, Marshal takes IntPtr, and callers cast between them.</summary>
internal static class BlockArgument
{
    /// <summary>The expression without a cast that is not needed any more, with one that is; null where a pointer cannot be written.</summary>
    public static ExpressionSyntax? As(ITypeSymbol wanted, ExpressionSyntax argument, SemanticModel model, CancellationToken cancel)
    {
        ExpressionSyntax bare = WithoutCasts(argument);
        if (IsImplicit(bare, wanted, model))
            return bare.WithTriviaFrom(argument);
        if (IsImplicit(argument, wanted, model))
            return argument;
        if (wanted is IPointerTypeSymbol && !Contexts.IsUnsafe(argument))
            return null;
        if (model.GetTypeInfo(bare, cancel).Type is not { } type || !IsAddress(type) || !IsAddress(wanted))
            return null;
        ExpressionSyntax operand = bare is IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or ElementAccessExpressionSyntax
            ? bare : SyntaxFactory.ParenthesizedExpression(bare.WithoutTrivia()).WithAdditionalAnnotations(Simplifier.Annotation);
        string name = wanted is IPointerTypeSymbol ? "void*" : wanted.SpecialType == SpecialType.System_UIntPtr ? "nuint" : "nint";
        return SyntaxFactory.CastExpression(SyntaxFactory.ParseTypeName(name), operand.WithoutTrivia()).WithTriviaFrom(argument);
    }

    private static ExpressionSyntax WithoutCasts(ExpressionSyntax expression)
    {
        while (true)
        {
            switch (expression)
            {
                case CastExpressionSyntax cast:
                    expression = cast.Expression;
                    break;
                case ParenthesizedExpressionSyntax parenthesized:
                    expression = parenthesized.Expression;
                    break;
                default:
                    return expression;
            }
        }
    }

    private static bool IsImplicit(ExpressionSyntax expression, ITypeSymbol wanted, SemanticModel model)
    {
        Conversion conversion = model.ClassifyConversion(expression, wanted);
        return conversion.Exists && conversion.IsImplicit;
    }

    private static bool IsAddress(ITypeSymbol type)
        => type is IPointerTypeSymbol || type.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;
}
