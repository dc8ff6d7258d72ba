using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Replay;

/// <summary>What one call site did in a replay; id 0 is calls without a site.</summary>
public readonly record struct ReplayedSite(int Id, SiteCounters Counters)
{
    /// <summary>Blocks that their thread freed before it allocated again (or soon after: <see cref="ReplayOptions.TemporaryWithin"/>), and their bytes.</summary>
    public ulong TemporaryBlocks { get; init; }

    public ulong TemporaryBytes { get; init; }
}

/// <summary>
/// A trace, replayed: the counters that a session of the same program would hold. Sites are by rising id, without those at which
/// nothing happened.
/// </summary>
public sealed record ReplayResult
{
    public required TraceMetadata Trace { get; init; }

    public required SiteTable Names { get; init; }

    public required IReadOnlyList<ReplayedSite> Sites { get; init; }

    /// <summary>
    /// What each call stack did, with its weight. Where stacks were sampled (<see cref="TraceMetadata.Stacks"/>) they are estimates and hold only what was
    /// sampled; else their sums are the sites'.
    /// </summary>
    public required IReadOnlyList<ReplayedStack> Stacks { get; init; }

    /// <summary>The frames behind the stacks' numbers.</summary>
    public required StackTable StackNames { get; init; }

    /// <summary>The simulated machine at the trace's end. Real figures are 0: there is no real process.</summary>
    public required SnapshotRecord Snapshot { get; init; }

    public required MachineOptions Machine { get; init; }

    /// <summary>The glibc that it was replayed on.</summary>
    public required LibcProfile Libc { get; init; }

    /// <summary>The allocator's settings in force at the start, as GLIBC_TUNABLES has them; "" for none.</summary>
    public required string Tunables { get; init; }

    /// <summary>What was assumed of touches; null where the trace has its own.</summary>
    public required AssumedTouches? Assumed { get; init; }

    /// <summary>What the kernel did, from the start to the trace's end.</summary>
    public required KernelWork Work { get; init; }

    /// <summary>The most that the program held at one time: bytes asked for, by malloc and its kin or as mappings of its own.</summary>
    public required ulong PeakLiveBytes { get; init; }

    /// <summary>What it held, the mean over the trace's events. Bytes asked for.</summary>
    public required ulong MeanLiveBytes { get; init; }

    /// <summary>What was resident, the mean over the trace's events. Bytes.</summary>
    public required ulong MeanResidentBytes { get; init; }

    /// <summary>Null unless <see cref="ReplayOptions.Measures"/>.</summary>
    public required Measurements? Measurements { get; init; }

    public required int Arenas { get; init; }

    /// <summary>Threads that did something, the main one included.</summary>
    public required int Threads { get; init; }

    public required ulong Events { get; init; }

    /// <summary>Every block and mapping was put where it was in the recorded process; false where that is not known.</summary>
    public required bool IsFaithful { get; init; }

    /// <summary>Where and why the trace ended early, null where it did not.</summary>
    public required TraceDamage? Damage { get; init; }

    /// <summary>What the reader and the replay passed over, one sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
