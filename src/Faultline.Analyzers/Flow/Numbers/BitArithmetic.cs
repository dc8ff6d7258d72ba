// The bit operators on intervals. Two uses decide most allocation sizes: a mask that bounds a number from above (n & 0xFFFF) and the
// complement of a power of two less one, which rounds it down to a multiple ((n + 15) & ~15).

using System.Numerics;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>As <see cref="IntervalArithmetic"/>, for &amp;, |, ^, ~ and the shifts.</summary>
internal static class BitArithmetic
{
    public static Interval And(Interval a, Interval b, IntegerType type)
    {
        if (a.IsExact && b.IsExact)
            return new Interval(a.Low & b.Low);
        if (b.IsExact && RoundsDownTo(b.Low, type) is { } multiple)
            return RoundDown(a, multiple);
        if (a.IsExact && RoundsDownTo(a.Low, type) is { } otherMultiple)
            return RoundDown(b, otherMultiple);
        if (a.IsNonNegative && b.IsNonNegative)
            return new Interval(BigInteger.Zero, BigInteger.Min(a.High, b.High));
        if (a.IsNonNegative)
            return new Interval(BigInteger.Zero, a.High);
        return b.IsNonNegative ? new Interval(BigInteger.Zero, b.High) : Interval.Everything;
    }

    public static Interval Or(Interval a, Interval b)
    {
        if (a.IsExact && b.IsExact)
            return new Interval(a.Low | b.Low);
        return a.IsNonNegative && b.IsNonNegative
            ? new Interval(BigInteger.Max(a.Low, b.Low), AllOnes(BigInteger.Max(a.High, b.High)))
            : Interval.Everything;
    }

    public static Interval ExclusiveOr(Interval a, Interval b)
    {
        if (a.IsExact && b.IsExact)
            return new Interval(a.Low ^ b.Low);
        return a.IsNonNegative && b.IsNonNegative
            ? new Interval(BigInteger.Zero, AllOnes(BigInteger.Max(a.High, b.High)))
            : Interval.Everything;
    }

    /// <summary>~x is -x - 1 in a signed type and the type's maximum less x in an unsigned one.</summary>
    public static Interval Complement(Interval a, IntegerType type)
        => IntervalArithmetic.Subtract(new Interval(type.IsSigned ? BigInteger.MinusOne : type.Range.High), a);

    public static Interval ShiftLeft(Interval a, Interval count, IntegerType type)
        => ShiftCounts(count, type) is { } by
            ? IntervalArithmetic.Hull(a.Low << by.Least, a.Low << by.Most, a.High << by.Least, a.High << by.Most)
            : Interval.Everything;

    /// <summary>BigInteger's right shift rounds down, as an arithmetic shift does; on a negative number C#'s >>> is another thing.</summary>
    public static Interval ShiftRight(Interval a, Interval count, IntegerType type, bool unsigned)
    {
        if (unsigned && type.IsSigned && !a.IsNonNegative)
            return Interval.Everything;
        return ShiftCounts(count, type) is { } by
            ? IntervalArithmetic.Hull(a.Low >> by.Least, a.Low >> by.Most, a.High >> by.Least, a.High >> by.Most)
            : Interval.Everything;
    }

    /// <summary>As BitOperations.RoundUpToPowerOf2, short of overflow.</summary>
    public static Interval RoundUpToPowerOf2(Interval a)
        => a.IsNonNegative ? new Interval(PowerAtLeast(a.Low), PowerAtLeast(a.High)) : Interval.Everything;

    /// <summary>C# shifts by the count modulo the operand's width, which is 32 for the narrow types too.</summary>
    private static (int Least, int Most)? ShiftCounts(Interval count, IntegerType type)
    {
        int width = type.Bits <= 32 ? 32 : 64;
        if (count.IsExact)
        {
            int by = (int)(count.Low & (width - 1));
            return (by, by);
        }

        return count.IsNonNegative && count.High < width ? ((int)count.Low, (int)count.High) : null;
    }

    /// <summary>k if the mask clears the low bits up to a power of two k and keeps all others of the type, else null.</summary>
    private static BigInteger? RoundsDownTo(BigInteger mask, IntegerType type)
    {
        BigInteger multiple = mask.Sign < 0 ? -mask : type.Modulus - mask;
        return multiple.Sign > 0 && multiple.IsPowerOfTwo && multiple != type.Modulus ? multiple : null;
    }

    private static Interval RoundDown(Interval a, BigInteger multiple)
        => new(a.Low & -multiple, a.High & -multiple);

    private static BigInteger AllOnes(BigInteger atLeast) => PowerAtLeast(atLeast + 1) - 1;

    private static BigInteger PowerAtLeast(BigInteger value)
    {
        if (value.IsZero)
            return BigInteger.Zero;
        BigInteger power = BigInteger.One;
        while (power < value)
            power <<= 1;
        return power;
    }
}
