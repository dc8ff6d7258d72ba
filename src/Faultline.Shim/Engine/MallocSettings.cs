using System.Globalization;
using Faultline.Libc;

namespace Faultline.Shim.Engine;

/// <summary>Says in the session's notes how the simulated malloc serves threads, and which settings of the program's environment are in force.</summary>
internal static class MallocSettings
{
    private const ulong ArenasPerCpu = 8;

    public static void Describe(FindingLog findings, MallocTunables tunables, uint cpus)
    {
        string limit = tunables.ArenaMax is { } most ? $"at most {most}" : $"at most {ArenasPerCpu} for each CPU ({ArenasPerCpu * cpus})";
        string settings = string.Join(", ", InForce(tunables));
        findings.Note("threads", $"a cache and an arena for each thread, {limit}"
            + (settings.Length == 0 ? "" : $"; from the environment: {settings}"));
        foreach (string name in tunables.NotModelled)
            findings.Note("libc", $"{name} is set in the program's environment, and not modelled");
    }

    /// <summary>Settings that glibc accepts; what it refuses leaves the default in force, and is not named.</summary>
    private static IEnumerable<string> InForce(MallocTunables tunables)
    {
        (string Name, ulong? Value, ulong Most)[] settings =
        [
            ("arena_max", tunables.ArenaMax, ulong.MaxValue),
            ("arena_test", tunables.ArenaTest, ulong.MaxValue),
            ("mmap_threshold", tunables.MmapThreshold, ulong.MaxValue),
            ("mmap_max", (ulong?)tunables.MmapMax, ulong.MaxValue),
            ("trim_threshold", tunables.TrimThreshold, ulong.MaxValue),
            ("top_pad", tunables.TopPad, ulong.MaxValue),
            ("tcache_max", tunables.TcacheMax, 1032),
            ("tcache_count", tunables.TcacheCount, 65535),
            ("tcache_unsorted_limit", tunables.TcacheUnsortedLimit, ulong.MaxValue),
            ("mxfast", tunables.MxFast, 160),
            ("perturb", (ulong?)tunables.Perturb, 255),
        ];
        return settings.Where(setting => setting.Value <= setting.Most)
            .Select(setting => string.Create(CultureInfo.InvariantCulture, $"{setting.Name}={setting.Value}"));
    }
}
