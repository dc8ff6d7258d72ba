// Arrays, strings and spans are followed by their length: for a place of such a type the interval in the state is its Length.

using System.Numerics;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>What a value of a type can be when nothing else is known.</summary>
internal static class Measured
{
    private static readonly Interval ArrayLength = new(BigInteger.Zero, 0x7FFFFFC7);
    private static readonly Interval StringLength = new(BigInteger.Zero, 0x3FFFFFDF);
    private static readonly Interval SpanLength = new(BigInteger.Zero, int.MaxValue);

    /// <summary>The lengths that values of an array, string or span type can have; null for other types.</summary>
    public static Interval? LengthsOf(ITypeSymbol? type, KnownTypes types) => type switch
    {
        IArrayTypeSymbol { IsSZArray: true } => ArrayLength,
        { SpecialType: SpecialType.System_String } => StringLength,
        INamedTypeSymbol { IsRefLikeType: true } named when IsSpan(named, types) => SpanLength,
        _ => null,
    };

    /// <summary>The integers that a type holds, or the lengths of its values; null if neither is followed.</summary>
    public static Interval? RangeOf(ITypeSymbol? type, KnownTypes types) => IntegerType.Of(type)?.Range ?? LengthsOf(type, types);

    public static bool IsSpan(INamedTypeSymbol type, KnownTypes types)
        => KnownTypes.Same(type.OriginalDefinition, types.Span) || KnownTypes.Same(type.OriginalDefinition, types.ReadOnlySpan);
}
