namespace Faultline.Reporting;

/// <summary>Calls into the simulated kernel.</summary>
public sealed record KernelCalls(ulong Brk, ulong Mmap, ulong Munmap, ulong Mremap, ulong Madvise);

/// <summary>
/// A line as top(1) would show it: KiB, and the share of the machine's memory that is resident (0 to 1, null where the
/// machine's memory is not known).
/// </summary>
public sealed record TopLine(ulong VirtKib, ulong ResKib, ulong ShrKib, double? MemShare, ulong MinorFaults, ulong MajorFaults);

/// <summary>
/// The simulated process, which has the routed blocks and nothing else, beside the real one, which has everything.
/// <paramref name="Real"/> is null for a replay. <paramref name="RealArenaPages"/> are the real pages that the routed blocks hold.
/// </summary>
public sealed record ProcessFigures(TopLine Simulated, TopLine? Real, ulong RealArenaPages, string Difference);
