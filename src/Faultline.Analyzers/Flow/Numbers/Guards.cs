using System.Numerics;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>What ArgumentOutOfRangeException's ThrowIf… helpers let through.</summary>
internal static class Guards
{
    /// <summary>The values that get past the helper, given what its limit can be; null for another method.</summary>
    public static Interval? ValuesThatPass(string helper, Interval limit)
    {
        BigInteger bottom = Interval.Everything.Low;
        BigInteger top = Interval.Everything.High;
        return helper switch
        {
            "ThrowIfGreaterThan" => new Interval(bottom, limit.High),
            "ThrowIfGreaterThanOrEqual" => new Interval(bottom, limit.High - 1),
            "ThrowIfLessThan" => new Interval(limit.Low, top),
            "ThrowIfLessThanOrEqual" => new Interval(limit.Low + 1, top),
            "ThrowIfNegative" => new Interval(BigInteger.Zero, top),
            "ThrowIfNegativeOrZero" => new Interval(BigInteger.One, top),
            "ThrowIfNotEqual" => limit,
            _ => null,
        };
    }
}
