namespace Faultline.Tracing.Generation;

/// <summary>How often a request is of which kind, in per cent of the first that applies: border, small, medium, large, huge; the rest is small.</summary>
internal readonly record struct SizeMix(int Border, int Medium, int Large, int Huge)
{
    private static readonly ulong[] s_borders =
    [
        // bytes: smallest chunk, last fastbin, last of the cache, last small bin, bins of 64 and 512, what free merges and trims at
        0, 24, 25, 120, 128, 1000, 1008, 1024, 1032, 1033, 1048, 3072, 10752, 40960, 65512, 65528, 65536, 131000, 131048, 131064, 131072,
        132 * 1024, 135168, 1 << 20, 32 << 20,
    ];

    private static readonly ulong[] s_common = [16, 24, 32, 40, 48, 56, 64, 72, 88, 104, 136, 200, 264, 520];

    /// <summary>A request in bytes.</summary>
    public ulong Draw(ref TraceRandom random)
    {
        int at = random.Below(100);
        if (at < Border)
            return NearBorder(ref random);
        if ((at -= Border) < Medium)
            return random.Scaled(1000, 64 << 10);
        if ((at -= Medium) < Large)
            return random.Scaled(60_000, 1 << 20);
        if (at - Large < Huge)
            return random.Scaled(1 << 20, 40 << 20);
        return random.Chance(60) ? random.Pick<ulong>(s_common) : random.Between(1, 1100);
    }

    private static ulong NearBorder(ref TraceRandom random)
    {
        ulong border = random.Pick<ulong>(s_borders), off = random.Between(0, 34);
        return border + 17 >= off ? border + 17 - off : border;
    }
}
