namespace Faultline.Tracing.Generation;

/// <summary>GLIBC_TUNABLES of a generated trace: one to four settings at usual, extreme and refused values.</summary>
internal static class RandomTunables
{
    private static readonly (string Name, ulong[] Values)[] s_malloc =
    [
        ("mmap_threshold", [0, 4096, 16384, 65536, 131072, 1 << 20, 64 << 20]),
        ("mmap_max", [0, 1, 3, 16, 65536]),
        ("trim_threshold", [0, 4096, 65536, 131072, 4 << 20]),
        ("top_pad", [0, 1, 4096, 65536, 131072, 1 << 20]),
        ("tcache_count", [0, 1, 2, 7, 20, 127, 1000]),
        ("tcache_max", [0, 24, 100, 512, 1032, 5000]),
        ("tcache_unsorted_limit", [0, 1, 3, 100]),
        ("mxfast", [0, 16, 64, 128, 160, 161]),
        ("perturb", [1, 85, 255]),
    ];

    private static readonly (string Name, ulong[] Values)[] s_arenas =
    [
        ("arena_max", [1, 2, 3, 5, 12]),
        ("arena_test", [1, 2, 4, 20]),
    ];

    /// <summary>"glibc.malloc.NAME=VALUE" joined by ':'; no name twice. Now and then a value is no number to its end, which some versions take and others do not.</summary>
    public static string Draw(ref TraceRandom random, bool threads)
    {
        SortedDictionary<string, string> settings = new(StringComparer.Ordinal);
        if (threads && random.Chance(70))
            Add(ref random, settings, s_arenas);
        for (int left = random.Below(4); left >= 0; left--)
            Add(ref random, settings, s_malloc);
        return string.Join(':', settings.Select(s => $"glibc.malloc.{s.Key}={s.Value}"));
    }

    private static void Add(ref TraceRandom random, SortedDictionary<string, string> settings, (string Name, ulong[] Values)[] from)
    {
        (string name, ulong[] values) = random.Pick<(string, ulong[])>(from);
        settings[name] = FormattableString.Invariant($"{random.Pick<ulong>(values)}{(random.Chance(10) ? "K" : "")}");
    }
}
