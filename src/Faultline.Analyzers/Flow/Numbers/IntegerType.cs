// C#'s integer types and what happens at their ends. nint, nuint and pointers have 64 bits: the rules speak of glibc on 64-bit Linux.

using System.Numerics;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>The width and sign of an integer type.</summary>
internal readonly struct IntegerType
{
    public const int NativeBits = 64;

    private IntegerType(int bits, bool signed)
    {
        Bits = bits;
        IsSigned = signed;
    }

    public static IntegerType NUInt => new(NativeBits, signed: false);

    public int Bits { get; }

    public bool IsSigned { get; }

    /// <summary>2^Bits, by which a value that does not fit wraps around.</summary>
    public BigInteger Modulus => BigInteger.One << Bits;

    public Interval Range => IsSigned
        ? new Interval(-(BigInteger.One << (Bits - 1)), (BigInteger.One << (Bits - 1)) - 1)
        : new Interval(BigInteger.Zero, (BigInteger.One << Bits) - 1);

    /// <summary>Null for what is not an integer type; an enum counts as its underlying type.</summary>
    public static IntegerType? Of(ITypeSymbol? type)
    {
        if (type is INamedTypeSymbol { TypeKind: TypeKind.Enum } named)
            type = named.EnumUnderlyingType;
        return type?.SpecialType switch
        {
            SpecialType.System_SByte => new IntegerType(8, true),
            SpecialType.System_Byte => new IntegerType(8, false),
            SpecialType.System_Int16 => new IntegerType(16, true),
            SpecialType.System_UInt16 or SpecialType.System_Char => new IntegerType(16, false),
            SpecialType.System_Int32 => new IntegerType(32, true),
            SpecialType.System_UInt32 => new IntegerType(32, false),
            SpecialType.System_Int64 => new IntegerType(64, true),
            SpecialType.System_UInt64 => new IntegerType(64, false),
            SpecialType.System_IntPtr => new IntegerType(NativeBits, true),
            SpecialType.System_UIntPtr => new IntegerType(NativeBits, false),
            _ => null,
        };
    }

    /// <summary>
    /// The values of this type that a mathematically exact result becomes. Checked: what does not fit throws and does not go on.
    /// Unchecked: it wraps, which keeps an interval together only if all of it wraps equally often.
    /// </summary>
    public Interval Fit(Interval exact, bool isChecked)
    {
        Interval range = Range;
        if (range.Contains(exact))
            return exact;
        if (isChecked)
            return exact.Meet(range) ?? range;
        BigInteger low = Wrap(exact.Low);
        BigInteger high = Wrap(exact.High);
        return high - low == exact.High - exact.Low ? new Interval(low, high) : range;
    }

    private BigInteger Wrap(BigInteger value)
    {
        BigInteger rest = BigInteger.Remainder(value, Modulus);
        if (rest.Sign < 0)
            rest += Modulus;
        return IsSigned && rest >= Modulus >> 1 ? rest - Modulus : rest;
    }
}
