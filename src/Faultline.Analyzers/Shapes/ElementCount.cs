// Signs that the number which was passed as bytes is a number of elements.

using System;
using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>Looks for them where a size is just a variable.</summary>
internal static class ElementCount
{
    /// <summary>What the code says: how the number is used, or what it is called; null if nothing does.</summary>
    public static string? SignOf(AllocationCall call, ITypeSymbol element, BlockLocal? block, KnownTypes types)
    {
        if (call.Argument(ParameterRole.Size) is not { } argument || call.Api.Has(ParameterRole.Count))
            return null;
        IOperation size = Constants.WithoutConversions(argument);
        if (size is IPropertyReferenceOperation { Property.Name: "Length", Instance: { } measured } && ElementOf(measured.Type, types) is { } counted && SameSize(counted, element, types))
            return $"the number of elements of '{measured.Syntax}'";
        if (size is not (ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation }))
            return null;
        string name = size.Syntax.ToString();
        if (block != null && block.Uses.Any(use => IsSpanOf(use, size, types) || IsCountedTo(use, name)))
            return "used as the number of elements";
        return IsNumber(element) && name.IndexOf("count", StringComparison.OrdinalIgnoreCase) >= 0 && name.IndexOf("byte", StringComparison.OrdinalIgnoreCase) < 0 ? "named as a number of elements" : null;
    }

    public static bool IsNumber(ITypeSymbol element) => element is IPointerTypeSymbol || IntegerType.Of(element) != null || element.SpecialType is SpecialType.System_Single or SpecialType.System_Double;

    private static ITypeSymbol? ElementOf(ITypeSymbol? type, KnownTypes types) => type switch
    {
        IArrayTypeSymbol { IsSZArray: true } array => array.ElementType,
        INamedTypeSymbol { TypeArguments.Length: 1 } named when Measured.IsSpan(named, types) => named.TypeArguments[0],
        _ => null,
    };

    private static bool SameSize(ITypeSymbol one, ITypeSymbol other, KnownTypes types)
        => SymbolEqualityComparer.Default.Equals(one, other) || TypeSizes.Of(one, types) is { IsExact: true } size && size.Equals(TypeSizes.Of(other, types));

    /// <summary>new Span&lt;T&gt;(p, n), for T of more than a byte.</summary>
    private static bool IsSpanOf(IOperation use, IOperation count, KnownTypes types)
        => Addresses.Outermost(use).Parent is IArgumentOperation { Parent: IObjectCreationOperation { Arguments.Length: 2, Type: INamedTypeSymbol span } creation }
            && Measured.IsSpan(span, types) && TypeSizes.Of(span.TypeArguments[0], types).Low > 1
            && creation.Arguments.Any(argument => Constants.WithoutConversions(argument.Value).Syntax.ToString() == count.Syntax.ToString());

    /// <summary>p[i] or p + i in a loop that counts i to n.</summary>
    private static bool IsCountedTo(IOperation use, string count)
    {
        if (Addresses.Outermost(use) is not { Type: IPointerTypeSymbol } pointer)
            return false;
        ExpressionSyntax? distance = pointer.Parent switch
        {
            { Syntax: ElementAccessExpressionSyntax { ArgumentList.Arguments.Count: 1 } access } => access.ArgumentList.Arguments[0].Expression,
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, RightOperand.Syntax: ExpressionSyntax added } sum when sum.LeftOperand == pointer => added,
            _ => null,
        };
        return distance is IdentifierNameSyntax index && pointer.Syntax.Ancestors().OfType<ForStatementSyntax>().Any(loop => loop.Condition is BinaryExpressionSyntax { OperatorToken.Text: "<", Left: IdentifierNameSyntax counter } condition
            && counter.Identifier.ValueText == index.Identifier.ValueText && condition.Right.ToString() == count);
    }
}
