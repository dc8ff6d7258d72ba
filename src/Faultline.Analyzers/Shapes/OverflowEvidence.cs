// That the bounds of an int allow an overflow is not yet a reason to warn: a careful reader asks for a state of the program in which it
// happens: others choose a count, or it was read from data, and the rest of the product is unknown or the size of plain data. A
// count of things that exist already is none where they alone would fill the memory, and nobody has a hundred million of what holds
// pointers to further things.

using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>Whether an overflow that the bounds allow is to be expected.</summary>
internal sealed class OverflowEvidence
{
    /// <summary>A number up to this is taken for small: two of them multiply to what 32 bits hold.</summary>
    private static readonly BigInteger Small = 1 << 16;

    /// <summary>A collection of as many bytes is not expected.</summary>
    private static readonly BigInteger LargestCollection = BigInteger.One << 30;

    private readonly ComputedRange _range;
    private readonly CountOrigins _origins;
    private readonly SymbolUses _uses;
    private readonly KnownTypes _types;

    public OverflowEvidence(ComputedRange range, SymbolUses uses, KnownTypes types, Callers callers)
    {
        _range = range;
        _uses = uses;
        _types = types;
        _origins = new CountOrigins(uses, types, callers);
    }

    public bool IsExpected(IBinaryOperation arithmetic) => SizeComputation.PartsOf(arithmetic).Where(_range.CanOverflowItself).Any(IsExpectedOf);

    private bool IsExpectedOf(IBinaryOperation part)
    {
        if (part.OperatorKind == BinaryOperatorKind.Add)
            return _origins.Of(part) == CountOrigin.Given;
        List<IOperation> sizes = [];
        List<IOperation> counts = [];
        foreach (IOperation factor in SizeFactors.Of(part).Select(Resolve))
            (IsBounded(factor) ? sizes : counts).Add(factor);
        if (counts.Count != 1)
            return counts.Any(count => _origins.Of(count) == CountOrigin.Given) && !(counts.Count == 2 && counts.Any(IsOfObjects)); // of so many bytes for each object
        if (sizes.Any(size => SizeFactors.SizedType(size, _types) is { } type && HoldsPointers(type)))
            return false;
        return _origins.CountedElement(counts[0]) is { } element ? IsSmallCollection(part, sizes, element) : _origins.Of(counts[0]) == CountOrigin.Given;
    }

    private bool IsOfObjects(IOperation count) => _origins.CountedElement(count) is { } element && HoldsPointers(element);

    /// <summary>A local that only names a size is as good as the size.</summary>
    private IOperation Resolve(IOperation factor)
    {
        IOperation value = Constants.WithoutConversions(factor);
        return value is ILocalReferenceOperation local && _uses.OnlyValueOf(local.Local) is { } named && SizeFactors.IsSizeOfType(named, _types) ? named : factor;
    }

    private bool IsBounded(IOperation factor)
        => SizeFactors.IsSizeOfType(factor, _types) || SizeFactors.IsFew(factor) || _origins.Of(factor) == CountOrigin.Fixed || _range.OfOperand(factor) is { } known && known.High <= Small;

    /// <summary>Whether so many elements as overflow the product are still a collection of a size that is met with.</summary>
    private bool IsSmallCollection(IBinaryOperation part, List<IOperation> sizes, ITypeSymbol element)
    {
        if (element.IsReferenceType || HoldsPointers(element) || !TypeSizes.Of(element, _types).IsExact || sizes.Any(size => SymbolEqualityComparer.Default.Equals(SizeFactors.SizedType(size, _types), element)))
            return false;
        BigInteger factor = BigInteger.One;
        foreach (IOperation size in sizes)
            factor *= _range.OfOperand(size) is { IsExact: true } known ? known.Low : BigInteger.One;
        BigInteger limit = IntegerType.Of(part.Type)!.Value.Range.High;
        return factor.Sign > 0 && (limit / factor + 1) * TypeSizes.Of(element, _types).Low < LargestCollection;
    }

    private static bool HoldsPointers(ITypeSymbol type) => HoldsPointers(type, 3);

    private static bool HoldsPointers(ITypeSymbol type, int depth) => type switch
    {
        IPointerTypeSymbol or IFunctionPointerTypeSymbol => true,
        { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr } => true,
        { IsReferenceType: true } => true,
        INamedTypeSymbol { TypeKind: TypeKind.Struct, SpecialType: SpecialType.None } named when depth > 0
            => named.GetMembers().OfType<IFieldSymbol>().Any(field => !field.IsStatic && !field.IsFixedSizeBuffer && HoldsPointers(field.Type, depth - 1)),
        _ => false,
    };
}
