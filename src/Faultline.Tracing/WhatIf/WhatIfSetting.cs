using Faultline.Libc;

namespace Faultline.Tracing.WhatIf;

/// <summary>What a setting's values are.</summary>
public enum SettingUnit
{
    Count,
    Bytes,

    /// <summary>A policy of transparent huge pages: never, madvise or always.</summary>
    Thp,

    /// <summary>A glibc: its place in <see cref="LibcProfile.All"/>, shown by its name.</summary>
    Libc,
}

/// <summary>
/// A setting that a replay can be run under in another value. Bounds are those outside of which glibc ignores the value without
/// a word (elf/dl-tunables.list, malloc/malloc.c), or which the simulated machine has.
/// </summary>
/// <param name="Name">As the command line has it: "malloc.arena_max", "thp".</param>
/// <param name="Unit">What its values are.</param>
/// <param name="Least">Smallest value, of numbers.</param>
/// <param name="Most">Largest value, of numbers.</param>
/// <param name="UnsetWord">The value that means that the environment says nothing; null for the machine's settings.</param>
/// <param name="Read">The value in a set of tunables, null where it is not set; null for the machine's settings.</param>
public sealed record WhatIfSetting(
    string Name, SettingUnit Unit, ulong Least, ulong Most, string? UnsetWord, Func<MallocTunables, ulong?>? Read)
{
    private const string LibcPrefix = "glibc.";
    private const string MallocPrefix = "malloc.";
    private const ulong MostTcacheRequest = 1032;
    private const ulong MostFastRequest = 160;
    private const ulong LeastRam = 64UL << 20;
    private const ulong MostRam = 8UL << 40;

    /// <summary>The machine's settings are told apart by identity.</summary>
    public static readonly WhatIfSetting Thp = new("thp", SettingUnit.Thp, 0, 0, null, null);

    public static readonly WhatIfSetting Cpus = new("cpus", SettingUnit.Count, 1, 1024, null, null);

    public static readonly WhatIfSetting Ram = new("ram", SettingUnit.Bytes, LeastRam, MostRam, null, null);

    public static readonly WhatIfSetting Libc = new("libc", SettingUnit.Libc, 0, 0, null, null);

    public static IReadOnlyList<WhatIfSetting> All { get; } =
    [
        Malloc("arena_max", SettingUnit.Count, 1, int.MaxValue, t => t.ArenaMax),
        Malloc("arena_test", SettingUnit.Count, 1, int.MaxValue, t => t.ArenaTest),
        Malloc("mmap_max", SettingUnit.Count, 0, int.MaxValue, t => (ulong?)t.MmapMax),
        Malloc("mmap_threshold", SettingUnit.Bytes, 0, long.MaxValue, t => t.MmapThreshold, "dynamic"),
        Malloc("mxfast", SettingUnit.Bytes, 0, MostFastRequest, t => t.MxFast),
        Malloc("perturb", SettingUnit.Count, 0, byte.MaxValue, t => (ulong?)t.Perturb),
        Malloc("tcache_count", SettingUnit.Count, 0, ushort.MaxValue, t => t.TcacheCount),
        Malloc("tcache_max", SettingUnit.Bytes, 0, MostTcacheRequest, t => t.TcacheMax),
        Malloc("tcache_unsorted_limit", SettingUnit.Count, 0, long.MaxValue, t => t.TcacheUnsortedLimit),
        Malloc("top_pad", SettingUnit.Bytes, 0, long.MaxValue, t => t.TopPad),
        Malloc("trim_threshold", SettingUnit.Bytes, 0, long.MaxValue, t => t.TrimThreshold, "dynamic"),
        Thp,
        Cpus,
        Ram,
        Libc,
    ];

    /// <summary>The name in GLIBC_TUNABLES, null for the machine's settings.</summary>
    public string? Tunable => Read == null ? null : LibcPrefix + Name;

    /// <summary>"malloc.arena_max", "arena_max" and "glibc.malloc.arena_max" are the same; null for an unknown name.</summary>
    public static WhatIfSetting? Find(string name)
    {
        string plain = name.StartsWith(LibcPrefix, StringComparison.Ordinal) ? name[LibcPrefix.Length..] : name;
        return All.FirstOrDefault(setting => setting.Name == plain || setting.Name == MallocPrefix + plain);
    }

    private static WhatIfSetting Malloc(
        string name, SettingUnit unit, ulong least, ulong most, Func<MallocTunables, ulong?> read, string unset = "default")
        => new(MallocPrefix + name, unit, least, most, unset, read);
}
