using System.Numerics;

namespace Faultline.Tracing.Inspection;

/// <summary>
/// The blocks of one site by size and by lifetime, in powers of two. Bucket 0 is 0, bucket n is 2^(n-1) to 2^n - 1: requested bytes, or events of
/// the trace from a block's allocation to its release. Blocks that were never released have no lifetime.
/// </summary>
public sealed class SiteHistory
{
    public const int Buckets = 49;

    private readonly ulong[] _sizes = new ulong[Buckets];
    private readonly ulong[] _lifetimes = new ulong[Buckets];

    /// <summary>Blocks by requested bytes.</summary>
    public IReadOnlyList<ulong> Sizes => _sizes;

    /// <summary>Released blocks by events.</summary>
    public IReadOnlyList<ulong> Lifetimes => _lifetimes;

    public ulong SmallestBytes { get; private set; } = ulong.MaxValue;

    public ulong LargestBytes { get; private set; }

    /// <summary>Most blocks that were live at once.</summary>
    public ulong MostLive { get; private set; }

    /// <summary>The sum of all lifetimes, events.</summary>
    public ulong LivedEvents { get; private set; }

    private ulong _live;

    public static int BucketOf(ulong value) => Math.Min(64 - BitOperations.LeadingZeroCount(value), Buckets - 1);

    internal void Allocated(ulong bytes)
    {
        _sizes[BucketOf(bytes)]++;
        SmallestBytes = Math.Min(SmallestBytes, bytes);
        LargestBytes = Math.Max(LargestBytes, bytes);
        MostLive = Math.Max(MostLive, ++_live);
    }

    internal void Released(ulong events)
    {
        _lifetimes[BucketOf(events)]++;
        LivedEvents += events;
        _live--;
    }
}
