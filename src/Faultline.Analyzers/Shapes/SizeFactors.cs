// A product taken apart: n * m * sizeof(T) and (n * m) << 2 have the factors n, m and a size. What bounds one factor says nothing of
// the others, and two unknown ones multiply.

using System;
using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>The factors of 32-bit products, and which of them are sizes of types.</summary>
internal static class SizeFactors
{
    private static readonly string[] s_sized = ["element", "item", "struct", "structure", "type", "entry", "info", "record", "node", "pointer", "ptr", "member", "descriptor"];

    private static readonly string[] s_few = ["ndim", "ndims", "dims", "dimensions", "rank", "argc", "nargs", "nop", "arity"];

    /// <summary>The factors of a product or of a shift by a constant; the operation itself if it is neither.</summary>
    public static IEnumerable<IOperation> Of(IOperation product)
    {
        IOperation value = Constants.WithoutConversions(product);
        if (value is not IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Multiply or BinaryOperatorKind.LeftShift } binary)
            return [product];
        return [.. Of(binary.LeftOperand), .. binary.OperatorKind == BinaryOperatorKind.Multiply ? Of(binary.RightOperand) : []];
    }

    /// <summary>sizeof(T), a call that answers as much, or a variable that is named as the size of one element.</summary>
    public static bool IsSizeOfType(IOperation value, KnownTypes types)
    {
        value = Constants.WithoutConversions(value);
        return value switch
        {
            ISizeOfOperation => true,
            IInvocationOperation { TargetMethod: { Name: "SizeOf" } method } when KnownTypes.Same(method.ContainingType, types.Marshal) || KnownTypes.Same(method.ContainingType, types.Unsafe) => true,
            IInvocationOperation { Arguments.IsEmpty: true } call => IsSizeName(call.TargetMethod.Name),
            IPropertyReferenceOperation property => IsPointerSize(property) || IsSizeName(property.Property.Name),
            IFieldReferenceOperation { Field: { IsStatic: true, IsReadOnly: true } field } when field.Name.EndsWith("Size", StringComparison.OrdinalIgnoreCase) => true,
            IFieldReferenceOperation field => IsSizeName(field.Field.Name),
            ILocalReferenceOperation local => IsSizeName(local.Local.Name),
            IParameterReferenceOperation parameter => IsSizeName(parameter.Parameter.Name),
            _ => false,
        };
    }

    /// <summary>The type of whose size it is; null if that is not said.</summary>
    public static ITypeSymbol? SizedType(IOperation value, KnownTypes types)
    {
        value = Constants.WithoutConversions(value);
        return value switch
        {
            ISizeOfOperation size => size.TypeOperand,
            IInvocationOperation { TargetMethod: { Name: "SizeOf", TypeArguments.Length: 1 } method } => method.TypeArguments[0],
            IInvocationOperation { TargetMethod.Name: "SizeOf", Arguments: { Length: 1 } arguments } => Constants.WithoutConversions(arguments[0].Value) is ITypeOfOperation type ? type.TypeOperand : null,
            IPropertyReferenceOperation property when IsPointerSize(property) => property.Property.ContainingType,
            _ => null,
        };
    }

    /// <summary>A variable that is named as a number of dimensions, arguments or operands.</summary>
    public static bool IsFew(IOperation value)
    {
        string? name = Constants.WithoutConversions(value) switch
        {
            IParameterReferenceOperation parameter => parameter.Parameter.Name,
            ILocalReferenceOperation local => local.Local.Name,
            IFieldReferenceOperation field => field.Field.Name,
            IPropertyReferenceOperation property => property.Property.Name,
            _ => null,
        };
        return name != null && Array.Exists(s_few, few => name.EndsWith(few, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsPointerSize(IPropertyReferenceOperation property)
        => property.Property is { Name: "Size", IsStatic: true, ContainingType.SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr };

    private static bool IsSizeName(string name)
    {
        name = name.TrimStart('_');
        if (name.StartsWith("sizeOf", StringComparison.OrdinalIgnoreCase) || name.StartsWith("size_of", StringComparison.OrdinalIgnoreCase))
            return true;
        if (!name.EndsWith("Size", StringComparison.OrdinalIgnoreCase))
            return false;
        string of = name.Substring(0, name.Length - 4).TrimEnd('_');
        foreach (string sized in s_sized)
            if (of.EndsWith(sized, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
