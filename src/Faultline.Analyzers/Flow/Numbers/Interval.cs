using System;
using System.Numerics;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>All integers from <see cref="Low"/> to <see cref="High"/>, both included, without regard to any type's width.</summary>
internal readonly struct Interval : IEquatable<Interval>
{
    /// <summary>Wider than any integer type: nothing is known.</summary>
    public static readonly Interval Everything = new(-(BigInteger.One << 130), BigInteger.One << 130);

    public static readonly Interval Zero = new(BigInteger.Zero);

    public Interval(BigInteger exact)
        : this(exact, exact)
    {
    }

    public Interval(BigInteger low, BigInteger high)
    {
        if (low > high)
            throw new ArgumentException($"an interval cannot run from {low} to {high}");
        Low = low;
        High = high;
    }

    public BigInteger Low { get; }

    public BigInteger High { get; }

    public bool IsExact => Low == High;

    public bool IsNonNegative => Low.Sign >= 0;

    public bool Contains(Interval other) => Low <= other.Low && other.High <= High;

    public bool Contains(BigInteger value) => Low <= value && value <= High;

    public Interval Join(Interval other) => new(BigInteger.Min(Low, other.Low), BigInteger.Max(High, other.High));

    /// <summary>What both have in common; null if that is nothing.</summary>
    public Interval? Meet(Interval other)
    {
        BigInteger low = BigInteger.Max(Low, other.Low);
        BigInteger high = BigInteger.Min(High, other.High);
        return low <= high ? new Interval(low, high) : null;
    }

    /// <summary>The convex hull of what is left after one value has gone: smaller only if that value is an end.</summary>
    public Interval? Without(BigInteger value)
    {
        if (IsExact)
            return Low == value ? null : this;
        if (Low == value)
            return new Interval(Low + 1, High);
        return High == value ? new Interval(Low, High - 1) : this;
    }

    public bool Equals(Interval other) => Low == other.Low && High == other.High;

    public override bool Equals(object? obj) => obj is Interval other && Equals(other);

    public override int GetHashCode() => unchecked((Low.GetHashCode() * 397) ^ High.GetHashCode());

    public override string ToString() => IsExact ? Low.ToString() : $"[{Low}, {High}]";
}
