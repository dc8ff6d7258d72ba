using Faultline.Kernel;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.WhatIf;

/// <summary>What one combination of settings came to. All figures are simulated. Sizes are bytes.</summary>
public sealed record WhatIfRow
{
    public required Combination Combination { get; init; }

    /// <summary>The most that was resident at one time (VmHWM).</summary>
    public required ulong PeakRss { get; init; }

    /// <summary>Resident after the trace's last event (VmRSS).</summary>
    public required ulong RssAtEnd { get; init; }

    public required ulong MinorFaults { get; init; }

    /// <summary>brk, mmap, munmap, mremap, mprotect and madvise.</summary>
    public required ulong SystemCalls { get; init; }

    /// <summary>
    /// The share of resident memory that holds nothing the program asked for: 1 - mean live requested bytes / mean resident bytes,
    /// both over all events. Below 0 where blocks are not touched to their end.
    /// </summary>
    public required double Fragmentation { get; init; }

    /// <summary><see cref="KernelCost"/>, nanoseconds.</summary>
    public required double KernelNanoseconds { get; init; }

    public required int Arenas { get; init; }

    /// <summary>Allocations that the simulated machine refused.</summary>
    public required ulong Failures { get; init; }

    /// <summary>Accesses that found no free frame: the figures are of a program that did not get its memory.</summary>
    public required ulong UnbackedPages { get; init; }

    /// <summary>GLIBC_TUNABLES in force at the start, "" for none.</summary>
    public required string Tunables { get; init; }

    internal static WhatIfRow Of(Combination combination, ReplayResult replay)
    {
        SnapshotRecord end = replay.Snapshot;
        return new()
        {
            Combination = combination,
            PeakRss = end.PeakResidentPages * PageSize.Bytes,
            RssAtEnd = end.ResidentPages * PageSize.Bytes,
            MinorFaults = replay.Work.MinorFaults,
            SystemCalls = replay.Work.Calls.Total,
            Fragmentation = replay.MeanResidentBytes == 0 ? 0 : 1 - (double)replay.MeanLiveBytes / replay.MeanResidentBytes,
            KernelNanoseconds = KernelCost.Estimate(replay.Work),
            Arenas = replay.Arenas,
            Failures = (ulong)replay.Sites.Sum(site => (long)site.Counters.Failures),
            UnbackedPages = end.UnbackedPages,
            Tunables = replay.Tunables,
        };
    }
}
