namespace Faultline.Libc;

// Settings that glibc reads before main: names, types, bounds and aliases of elf/dl-tunables.list, parsing of elf/dl-tunables.c (since 2.39:
// StrictTunables). A value outside its bounds is ignored without a word; so is an unknown name.

/// <summary>Malloc settings of a process's environment; null where it says nothing.</summary>
public sealed partial record MallocTunables
{
    /// <summary>No variable set.</summary>
    public static readonly MallocTunables Default = new();

    /// <summary>Bytes.</summary>
    public ulong? MmapThreshold { get; init; }

    /// <summary>Bytes.</summary>
    public ulong? TrimThreshold { get; init; }

    /// <summary>Bytes.</summary>
    public ulong? TopPad { get; init; }

    /// <summary>Chunks that may be mappings of their own at one time.</summary>
    public int? MmapMax { get; init; }

    /// <summary>0 to 255.</summary>
    public int? Perturb { get; init; }

    public ulong? ArenaMax { get; init; }

    public ulong? ArenaTest { get; init; }

    /// <summary>Largest request that is cached, bytes; refused above 1032.</summary>
    public ulong? TcacheMax { get; init; }

    /// <summary>Blocks in each list of a cache; refused above 65535.</summary>
    public ulong? TcacheCount { get; init; }

    public ulong? TcacheUnsortedLimit { get; init; }

    /// <summary>Largest request for fastbins, bytes; refused above 160.</summary>
    public ulong? MxFast { get; init; }

    /// <summary>Names that were given, that concern malloc, and that this model does not have (<see cref="LibcProfile.NotModelledTunables"/>).</summary>
    public IReadOnlyList<string> NotModelled { get; init; } = [];

    /// <summary>
    /// Reads the variables of an environment, in its order. GLIBC_TUNABLES overrides the older MALLOC_*_ variables wherever
    /// it stands; of two such variables for one setting the first counts, within GLIBC_TUNABLES the last.
    /// </summary>
    /// <param name="variables">Of the environment.</param>
    /// <param name="profile">The glibc that reads them; null: the default one.</param>
    public static MallocTunables FromEnvironment(IEnumerable<KeyValuePair<string, string>> variables, LibcProfile? profile = null)
    {
        profile ??= LibcProfile.Default;
        return profile.TunablesAreStrict ? FromStrict(variables, profile) : FromLenient(variables, profile);
    }

    private static MallocTunables FromLenient(IEnumerable<KeyValuePair<string, string>> variables, LibcProfile profile)
    {
        Dictionary<string, string> values = [];
        foreach ((string name, string value) in variables)
        {
            if (name == "GLIBC_TUNABLES")
            {
                foreach ((string tunable, string setting) in Split(value))
                    values[tunable] = setting;
            }
            else if (Alias(name) is { } tunable)
            {
                values.TryAdd(tunable, value);
            }
        }

        MallocTunables tunables = Default;
        foreach ((string name, string value) in values)
            tunables = tunables.With(name, value, profile);
        return tunables;
    }

    /// <summary>Reads one GLIBC_TUNABLES string, "glibc.malloc.arena_max=2:glibc.malloc.top_pad=0".</summary>
    public static MallocTunables Parse(string text, LibcProfile? profile = null) => FromEnvironment([new("GLIBC_TUNABLES", text)], profile);

    /// <summary>In the form of GLIBC_TUNABLES, which <see cref="Parse"/> reads back; "" where nothing is set.</summary>
    public override string ToString()
    {
        (string Name, ulong? Value)[] all =
        [
            ("mmap_threshold", MmapThreshold), ("trim_threshold", TrimThreshold), ("top_pad", TopPad), ("mmap_max", (ulong?)MmapMax),
            ("perturb", (ulong?)Perturb), ("arena_max", ArenaMax), ("arena_test", ArenaTest), ("tcache_max", TcacheMax),
            ("tcache_count", TcacheCount), ("tcache_unsorted_limit", TcacheUnsortedLimit), ("mxfast", MxFast),
        ];
        return string.Join(':', all.Where(setting => setting.Value != null)
            .Select(setting => FormattableString.Invariant($"glibc.malloc.{setting.Name}={setting.Value}")));
    }

    private static IEnumerable<(string Name, string Value)> Split(string text)
    {
        foreach (string setting in text.Split(':'))
        {
            int equals = setting.IndexOf('=');
            if (equals > 0 && equals < setting.Length - 1)
                yield return (setting[..equals], setting[(equals + 1)..]);
        }
    }

    private static string? Alias(string variable) => variable switch
    {
        "MALLOC_MMAP_THRESHOLD_" => "glibc.malloc.mmap_threshold",
        "MALLOC_TRIM_THRESHOLD_" => "glibc.malloc.trim_threshold",
        "MALLOC_TOP_PAD_" => "glibc.malloc.top_pad",
        "MALLOC_MMAP_MAX_" => "glibc.malloc.mmap_max",
        "MALLOC_PERTURB_" => "glibc.malloc.perturb",
        "MALLOC_ARENA_MAX" => "glibc.malloc.arena_max",
        "MALLOC_ARENA_TEST" => "glibc.malloc.arena_test",
        _ => null,
    };

    private MallocTunables With(string name, string text, LibcProfile profile)
    {
        ulong value = TunableNumber.Parse(text);
        long signed = (int)value;
        return name switch
        {
            "glibc.malloc.mmap_threshold" => this with { MmapThreshold = value },
            "glibc.malloc.trim_threshold" => this with { TrimThreshold = value },
            "glibc.malloc.top_pad" => this with { TopPad = value },
            "glibc.malloc.mmap_max" => signed >= 0 ? this with { MmapMax = (int)signed } : this,
            "glibc.malloc.perturb" => signed is >= 0 and <= 255 ? this with { Perturb = (int)signed } : this,
            "glibc.malloc.arena_max" => value >= 1 ? this with { ArenaMax = value } : this,
            "glibc.malloc.arena_test" => value >= 1 ? this with { ArenaTest = value } : this,
            "glibc.malloc.tcache_max" => this with { TcacheMax = value },
            "glibc.malloc.tcache_count" => this with { TcacheCount = value },
            "glibc.malloc.tcache_unsorted_limit" => this with { TcacheUnsortedLimit = value },
            "glibc.malloc.mxfast" => this with { MxFast = value },
            _ => profile.NotModelledTunables.Contains(name) ? this with { NotModelled = [.. NotModelled, name] } : this,
        };
    }
}
