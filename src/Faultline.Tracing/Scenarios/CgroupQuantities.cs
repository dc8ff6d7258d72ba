using Faultline.Kernel;

namespace Faultline.Tracing.Scenarios;

/// <summary>What a scenario can ask of a memory cgroup, cgroup.NAME.quantity. Sizes are bytes.</summary>
internal static class CgroupQuantities
{
    public static IReadOnlyDictionary<string, Func<MemoryCgroup, decimal>> All { get; } = new Dictionary<string, Func<MemoryCgroup, decimal>>
    {
        ["limit"] = group => group.Limit.Value,
        ["usage"] = group => group.Usage.Bytes.Value,
        ["max_usage"] = group => group.MaxUsage.Bytes.Value,
        ["failcnt"] = group => group.FailCount,
        ["oom_kills"] = group => group.OomKills,
        ["processes"] = group => group.Members.Count,
    };
}
