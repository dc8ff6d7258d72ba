using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Context;

/// <summary>Whether a method hands a call's answer to its caller, or its own parameter to a call, as the syntax has it.</summary>
internal static class Wrapping
{
    /// <summary>`return Alloc(n)`, or a variable that gets the answer and is returned or written to an out parameter.</summary>
    public static bool Returns(MethodDeclarationSyntax method, InvocationExpressionSyntax call)
    {
        if (!IsPointer(method.ReturnType))
            return false;
        HashSet<string> holders = [];
        foreach (SyntaxNode outer in call.Ancestors().TakeWhile(outer => outer != method))
            switch (outer)
            {
                case ReturnStatementSyntax or ArrowExpressionClauseSyntax:
                    return true;
                case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declared }:
                    holders.Add(declared.Identifier.ValueText);
                    break;
                case AssignmentExpressionSyntax { Left: IdentifierNameSyntax assigned }:
                    holders.Add(assigned.Identifier.ValueText);
                    break;
            }
        return holders.Count > 0 && method.DescendantNodes().OfType<ReturnStatementSyntax>().Any(result => Mentions(result, holders));
    }

    /// <summary>An argument is a parameter of the method, or a variable that was made of one.</summary>
    public static bool PassesOn(MethodDeclarationSyntax method, InvocationExpressionSyntax call)
    {
        HashSet<string> parameters = [.. method.ParameterList.Parameters.Where(parameter => parameter.Type is { } type && IsPointer(type)).Select(parameter => parameter.Identifier.ValueText)];
        if (parameters.Count == 0)
            return false;
        foreach (ArgumentSyntax argument in call.ArgumentList.Arguments)
            if (Stripped(argument.Expression) is { } name && (parameters.Contains(name) || IsMadeOf(method, name, parameters)))
                return true;
        return false;
    }

    private static bool IsMadeOf(MethodDeclarationSyntax method, string local, HashSet<string> parameters)
        => method.DescendantNodes().OfType<VariableDeclaratorSyntax>().Any(declared => declared.Identifier.ValueText == local && declared.Initializer is { } made && Mentions(made, parameters));

    private static bool Mentions(SyntaxNode node, HashSet<string> names)
        => node.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(name => names.Contains(name.Identifier.ValueText));

    /// <summary>The name under casts, parentheses, `p.ToPointer()`, `new IntPtr(p)`.</summary>
    private static string? Stripped(ExpressionSyntax expression) => expression switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        ParenthesizedExpressionSyntax inner => Stripped(inner.Expression),
        CastExpressionSyntax cast => Stripped(cast.Expression),
        PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression } forgiven => Stripped(forgiven.Operand),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression } moved => Stripped(moved.Left),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access, ArgumentList.Arguments.Count: 0 } => Stripped(access.Expression),
        BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments } => Stripped(arguments[0].Expression),
        _ => null,
    };

    private static bool IsPointer(TypeSyntax type) => type switch
    {
        PointerTypeSyntax => true,
        IdentifierNameSyntax name => name.Identifier.ValueText is "nint" or "nuint" or "IntPtr" or "UIntPtr",
        QualifiedNameSyntax qualified => IsPointer(qualified.Right),
        RefTypeSyntax reference => IsPointer(reference.Type),
        _ => false,
    };
}
