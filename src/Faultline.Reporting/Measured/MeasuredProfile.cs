using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>
/// A run's costs by call site, in the form that goes back into the editor: each site under a name that survives edits nearby. Sites are
/// ordered by assembly, file, line and key.
/// </summary>
/// <param name="Program">The program's file name.</param>
/// <param name="Completeness">How much of the run the counters have, all of it is <see cref="Reporting.Completeness.Final"/>.</param>
/// <param name="Libc">Profile of the simulated C library, as <paramref name="Kernel"/> of the kernel and <paramref name="Observer"/> of how touches were seen.</param>
/// <param name="Kernel">See above.</param>
/// <param name="Observer">See above.</param>
/// <param name="Totals">Of all sites and the process.</param>
/// <param name="Pinning">The heap's worst moment; null where it was not looked at.</param>
/// <param name="Sites">What was measured of each.</param>
/// <param name="Notes">What is missing, one sentence each.</param>
public sealed record MeasuredProfile(
    string Program,
    Completeness Completeness,
    string Libc,
    string Kernel,
    string Observer,
    MeasuredTotals Totals,
    Pinning? Pinning,
    IReadOnlyList<MeasuredSite> Sites,
    IReadOnlyList<string> Notes);

/// <summary>
/// What a limit can be set on for the whole run. <paramref name="MinorFaults"/> is null where pages are not known, <paramref name="Fragmentation"/>
/// (0 to 1, see <see cref="HeapShare"/>) where the heap is not.
/// </summary>
public sealed record MeasuredTotals(ulong? MinorFaults, ulong Blocks, ulong RequestedBytes, ulong LiveBlocks, ulong LiveRequestedBytes, double? Fragmentation);

/// <summary>One site. <paramref name="Measured"/> is null where the run was not recorded: then only counters are known.</summary>
/// <param name="Site">As the router saw it.</param>
/// <param name="Identity">Its name in the source.</param>
/// <param name="Amounts">Its counters.</param>
/// <param name="PeakLiveBytes">Most requested bytes alive at once.</param>
/// <param name="PagesKnown">Whether faults and pages of <paramref name="Amounts"/> mean something.</param>
/// <param name="Measured">Sizes, lifetimes, pinning.</param>
/// <param name="Leaks">Several of its blocks were left at an orderly end.</param>
/// <param name="Pins">Its blocks held a good part of the heap that was otherwise free.</param>
public sealed record MeasuredSite(
    CallSite Site, SiteIdentity Identity, Amounts Amounts, ulong PeakLiveBytes, bool PagesKnown, SiteMeasurement? Measured, bool Leaks, bool Pins);
