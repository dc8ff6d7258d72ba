using System.Numerics;

namespace Faultline.Tracing.Replay;

/// <summary>
/// How often which number was seen, in buckets that double: bucket 0 holds 0, bucket n holds 2^(n-1) to 2^n - 1. Also the least and the
/// greatest number exactly.
/// </summary>
public sealed class PowerHistogram
{
    private const int Buckets = 65;

    private readonly ulong[] _counts = new ulong[Buckets];

    public ulong Count { get; private set; }

    /// <summary>0 where nothing was counted.</summary>
    public ulong Least { get; private set; }

    /// <summary>0 where nothing was counted.</summary>
    public ulong Greatest { get; private set; }

    public void Add(ulong number)
    {
        Least = Count == 0 ? number : Math.Min(Least, number);
        Greatest = Math.Max(Greatest, number);
        Count++;
        _counts[BitOperations.Log2(number) + (number == 0 ? 0 : 1)]++;
    }

    /// <summary>Both together.</summary>
    public static PowerHistogram operator +(PowerHistogram a, PowerHistogram b)
    {
        PowerHistogram sum = new()
        {
            Count = a.Count + b.Count,
            Least = a.Count == 0 ? b.Least : b.Count == 0 ? a.Least : Math.Min(a.Least, b.Least),
            Greatest = Math.Max(a.Greatest, b.Greatest),
        };
        for (int bucket = 0; bucket < Buckets; bucket++)
            sum._counts[bucket] = a._counts[bucket] + b._counts[bucket];
        return sum;
    }

    /// <summary>The buckets that hold something, by rising bounds (both inclusive).</summary>
    public IEnumerable<(ulong From, ulong To, ulong Count)> NotEmpty()
    {
        for (int bucket = 0; bucket < Buckets; bucket++)
            if (_counts[bucket] > 0)
                yield return (FromOf(bucket), ToOf(bucket), _counts[bucket]);
    }

    /// <summary>Upper bound of the bucket in which the middle one of all counted numbers lies; 0 without any.</summary>
    public ulong MedianAtMost()
    {
        ulong seen = 0;
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            seen += _counts[bucket];
            if (seen > 0 && seen * 2 >= Count)
                return Math.Min(ToOf(bucket), Greatest);
        }

        return 0;
    }

    private static ulong FromOf(int bucket) => bucket == 0 ? 0 : 1UL << (bucket - 1);

    private static ulong ToOf(int bucket) => bucket == 0 ? 0 : bucket == 64 ? ulong.MaxValue : (1UL << bucket) - 1;
}
