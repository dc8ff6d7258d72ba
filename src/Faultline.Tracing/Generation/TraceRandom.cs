namespace Faultline.Tracing.Generation;

/// <summary>Random numbers that are the same everywhere for the same seed (SplitMix64, Steele and others 2014).</summary>
internal struct TraceRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9e37_79b9_7f4a_7c15;
        z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9;
        z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="limit"/> - 1.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>Both ends included.</summary>
    public ulong Between(ulong low, ulong high) => low + Next() % (high - low + 1);

    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>Every order of magnitude as likely as the next; both ends included.</summary>
    public ulong Scaled(ulong low, ulong high)
    {
        double factor = Math.Pow((double)high / low, (Next() >> 11) / (double)(1UL << 53));
        return Math.Clamp((ulong)(low * factor), low, high);
    }

    public T Pick<T>(ReadOnlySpan<T> items) => items[Below(items.Length)];
}
