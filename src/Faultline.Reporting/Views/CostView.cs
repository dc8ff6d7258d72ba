using Faultline.Tracing.Stacks;
using Faultline.Tracing.Session;

namespace Faultline.Reporting.Views;

/// <summary>
/// What <c>summary</c>, <c>tree</c>, <c>table</c> and <c>temporary</c> show: a replayed trace, or what a report's JSON or a profile has of it. Every number is made here and in the
/// builders beside it; what lays them out computes nothing.
/// </summary>
/// <param name="Program">The program's file name.</param>
/// <param name="Origin">A half sentence: what was read, and what it is.</param>
/// <param name="Totals">The sum over all sites.</param>
/// <param name="Process">What the process as a whole took; null where pages are not known.</param>
/// <param name="Sites">Most costly first: by minor faults, then by bytes asked for.</param>
/// <param name="Wrong">Distinct things that the program did wrong, and the first of them.</param>
/// <param name="Next">What to do next; null where the file does not say.</param>
public sealed record CostView(
    string Program,
    string Origin,
    Amounts Totals,
    ProcessView? Process,
    IReadOnlyList<SiteView> Sites,
    (int Count, string First)? Wrong,
    string? Next)
{
    /// <summary>Null where no trace was replayed: then nothing is known of stacks and of how long blocks lived.</summary>
    public StackPaths? Stacks { get; init; }

    /// <summary>Where and why the trace ended early; null where it did not.</summary>
    public string? Damage { get; init; }

    /// <summary>Whether the call stacks were recorded: else all that is known of a call is its site.</summary>
    public bool HasStacks => Stacks is { Sampling.Kind: not StackKind.Off };

    /// <summary>Whether it was counted which blocks lived for a short time only.</summary>
    public bool KnowsTemporary => Stacks != null;
}

/// <summary>Faults and resident pages of the simulated process; null is what the file does not say.</summary>
public sealed record ProcessView(ulong MinorFaults, ulong? MajorFaults, ulong? ResidentPages, ulong? PeakResidentPages);

/// <summary>A site, with the sentences that its numbers support. Temporary ones are 0 where <see cref="CostView.KnowsTemporary"/> is false.</summary>
public sealed record SiteView(CallSite Site, Amounts Amounts, bool PagesKnown, IReadOnlyList<string> Verdicts)
{
    public ulong TemporaryBlocks { get; init; }

    public ulong TemporaryBytes { get; init; }
}
