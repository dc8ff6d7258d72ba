// Interval arithmetic on exact integers. Overflow is not its business: IntegerType.Fit cuts the result to the expression's type.

using System.Numerics;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>For each operator an interval that contains every result the operands can give.</summary>
internal static class IntervalArithmetic
{
    public static Interval Add(Interval a, Interval b) => new(a.Low + b.Low, a.High + b.High);

    public static Interval Subtract(Interval a, Interval b) => new(a.Low - b.High, a.High - b.Low);

    public static Interval Negate(Interval a) => new(-a.High, -a.Low);

    public static Interval Multiply(Interval a, Interval b) => Hull(a.Low * b.Low, a.Low * b.High, a.High * b.Low, a.High * b.High);

    public static Interval Absolute(Interval a)
    {
        if (a.IsNonNegative)
            return a;
        return a.High.Sign <= 0 ? Negate(a) : new Interval(BigInteger.Zero, BigInteger.Max(-a.Low, a.High));
    }

    /// <summary>Division that truncates towards zero. A divisor of zero throws and gives no result, so it is left out.</summary>
    public static Interval Divide(Interval a, Interval b)
    {
        if ((b.Contains(BigInteger.Zero) ? b.Without(BigInteger.Zero) : b) is not { } divisor)
            return Interval.Everything;
        if (divisor.Low.Sign < 0 && divisor.High.Sign > 0)
        {
            BigInteger largest = BigInteger.Max(BigInteger.Abs(a.Low), BigInteger.Abs(a.High));
            return new Interval(-largest, largest);
        }

        return Hull(
            BigInteger.Divide(a.Low, divisor.Low), BigInteger.Divide(a.Low, divisor.High),
            BigInteger.Divide(a.High, divisor.Low), BigInteger.Divide(a.High, divisor.High));
    }

    /// <summary>The remainder has the dividend's sign and is smaller than both operands' magnitudes allow.</summary>
    public static Interval Remainder(Interval a, Interval b)
    {
        if (a.IsExact && b.IsExact && !b.Low.IsZero)
            return new Interval(BigInteger.Remainder(a.Low, b.Low));
        BigInteger below = BigInteger.Max(BigInteger.Abs(b.Low), BigInteger.Abs(b.High)) - 1;
        if (below.Sign < 0)
            return Interval.Everything;
        if (a.IsNonNegative && b.Low > a.High)
            return a;
        BigInteger low = a.Low.Sign < 0 ? BigInteger.Max(a.Low, -below) : BigInteger.Zero;
        BigInteger high = a.High.Sign > 0 ? BigInteger.Min(a.High, below) : BigInteger.Zero;
        return new Interval(low, high);
    }

    public static Interval Min(Interval a, Interval b) => new(BigInteger.Min(a.Low, b.Low), BigInteger.Min(a.High, b.High));

    public static Interval Max(Interval a, Interval b) => new(BigInteger.Max(a.Low, b.Low), BigInteger.Max(a.High, b.High));

    public static Interval Hull(BigInteger a, BigInteger b, BigInteger c, BigInteger d)
        => new(BigInteger.Min(BigInteger.Min(a, b), BigInteger.Min(c, d)), BigInteger.Max(BigInteger.Max(a, b), BigInteger.Max(c, d)));
}
