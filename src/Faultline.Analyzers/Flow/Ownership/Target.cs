using System;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>A place in a block: the site's number and the distance from the block's start in bytes, within bounds.</summary>
internal sealed class Target : IEquatable<Target>
{
    public const long Unbounded = long.MaxValue;

    public Target(int site, long low = 0, long high = 0)
    {
        Site = site;
        Low = low;
        High = high;
    }

    public int Site { get; }

    /// <summary>-<see cref="Unbounded"/> where nothing is known.</summary>
    public long Low { get; }

    public long High { get; }

    /// <summary>
    /// Never the start of the block. A bound that only widening has lifted, above a start of zero, comes from a loop that moves the pointer
    /// forward: it is not the start either unless the loop does not run at all.
    /// </summary>
    public bool IsMoved => Low > 0 || High < 0 || (Low == 0 && High == Unbounded);

    public static Target Anywhere(int site) => new(site, -Unbounded, Unbounded);

    public Target Shift(long low, long high) => new(Site, Add(Low, low), Add(High, high));

    public Target Join(Target other) => new(Site, Math.Min(Low, other.Low), Math.Max(High, other.High));

    public Target Widen(Target after) => new(Site, after.Low < Low ? -Unbounded : after.Low, after.High > High ? Unbounded : after.High);

    public bool Equals(Target? other) => other != null && Site == other.Site && Low == other.Low && High == other.High;

    public override bool Equals(object? obj) => Equals(obj as Target);

    public override int GetHashCode() => Site;

    private static long Add(long a, long b)
    {
        if (a is Unbounded or (-Unbounded))
            return a;
        if (b is Unbounded or (-Unbounded))
            return b;
        long sum = unchecked(a + b);
        return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? -Unbounded : Unbounded) : sum;
    }
}
