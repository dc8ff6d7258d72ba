using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>What a run may cost; null is no limit. Bytes are requested bytes, shares are 0 to 1.</summary>
public sealed record CostLimits
{
    public ulong? Faults { get; init; }

    /// <summary>Bytes of blocks that were not freed at the end.</summary>
    public ulong? LeakBytes { get; init; }

    /// <summary>See <see cref="HeapShare"/>.</summary>
    public double? Fragmentation { get; init; }

    public ulong? SiteFaults { get; init; }

    public ulong? SiteLeakBytes { get; init; }

    public ulong? Findings { get; init; }

    /// <summary>An earlier run, which none of faults, leak, fragmentation and each site's leak may exceed by more than <see cref="Tolerance"/>.</summary>
    public CostResult? Baseline { get; init; }

    public double Tolerance { get; init; }
}

/// <summary>
/// One limit, checked. <paramref name="RuleId"/> is the rule that shows the same in the editor; <paramref name="Sites"/> are those that have most of it, worst first.
/// </summary>
/// <param name="Name">"max-faults", "baseline-leak", …</param>
/// <param name="RuleId">FLT2001 faults, FLT2002 leaks, FLT2003 fragmentation; a finding's own.</param>
/// <param name="Unit">Of the three numbers.</param>
/// <param name="Actual">What the run had.</param>
/// <param name="Allowed">The limit.</param>
/// <param name="Baseline">What the earlier run had; null for a limit that was given.</param>
/// <param name="Text">All of it in a sentence.</param>
/// <param name="Sites">With what each has of it, in words.</param>
public sealed record LimitCheck(
    string Name, string RuleId, DiffUnit Unit, double Actual, double Allowed, double? Baseline, string Text, IReadOnlyList<SiteShare> Sites)
{
    public bool IsBreached => Actual > Allowed;
}

/// <summary>A site's part in a breach, and its key where it has one.</summary>
public sealed record SiteShare(CallSite Site, string? Key, string Text);
