// Two size expressions ask for the same number of bytes if they are the same product: (nuint)n * sizeof(int), n * 4, Alloc(n, 4) and
// Span<int>(p, n) all mean 4·n. Casts are dropped: what they cut off is another rule's subject.

using System;
using System.Collections.Generic;
using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>A number times variables, of bytes.</summary>
internal sealed class SizeProduct : IEquatable<SizeProduct>
{
    private readonly List<string> _factors = [];
    private BigInteger _number = BigInteger.One;

    private SizeProduct()
    {
    }

    /// <summary>The number alone, where there are no variables.</summary>
    public BigInteger? Constant => _factors.Count == 0 ? _number : null;

    /// <summary>The bytes that a call asks for; null if they are no product of constants, variables and sizes of types.</summary>
    public static SizeProduct? Of(AllocationCall call, KnownTypes types)
    {
        ParameterRole role = call.Api.Has(ParameterRole.Count) ? ParameterRole.Count : ParameterRole.Size;
        if (call.Argument(role) is not { } size || Of(size, types) is not { } product)
            return null;
        return role == ParameterRole.Size || call.Argument(ParameterRole.ElementSize) is { } element && product.Times(element, types) ? product.Sorted() : null;
    }

    public static SizeProduct? Of(IOperation bytes, KnownTypes types)
    {
        SizeProduct product = new();
        return product.Times(bytes, types) ? product.Sorted() : null;
    }

    /// <summary>As many elements of a type.</summary>
    public static SizeProduct? Of(IOperation count, ITypeSymbol element, KnownTypes types)
    {
        SizeProduct product = new();
        if (!product.Times(count, types))
            return null;
        product.TimesSizeOf(element, types);
        return product.Sorted();
    }

    public bool Equals(SizeProduct? other)
    {
        if (other == null || _number != other._number || _factors.Count != other._factors.Count)
            return false;
        for (int i = 0; i < _factors.Count; i++)
            if (_factors[i] != other._factors[i])
                return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as SizeProduct);

    public override int GetHashCode() => _number.GetHashCode();

    private bool Times(IOperation value, KnownTypes types)
    {
        value = Constants.WithoutConversions(value);
        if (Constants.Read(value) is { IsExact: true } constant)
        {
            _number *= constant.Low;
            return true;
        }

        switch (value)
        {
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply, OperatorMethod: null } product:
                return Times(product.LeftOperand, types) && Times(product.RightOperand, types);
            case ISizeOfOperation size:
                TimesSizeOf(size.TypeOperand, types);
                return true;
            case IInvocationOperation { TargetMethod: { Name: "SizeOf", TypeArguments.Length: 1, Parameters.Length: 0 } method } when KnownTypes.Same(method.ContainingType, types.Unsafe):
                TimesSizeOf(method.TypeArguments[0], types);
                return true;
            case ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation }:
            case IPropertyReferenceOperation { Property.Name: "Length", Instance: ILocalReferenceOperation or IParameterReferenceOperation }:
                _factors.Add(value.Syntax.ToString());
                return true;
            default:
                return false;
        }
    }

    private void TimesSizeOf(ITypeSymbol type, KnownTypes types)
    {
        if (TypeSizes.Of(type, types) is { IsExact: true } known)
            _number *= known.Low;
        else
            _factors.Add("sizeof(" + type.ToDisplayString() + ")");
    }

    private SizeProduct Sorted()
    {
        _factors.Sort(StringComparer.Ordinal);
        return this;
    }
}
