namespace Faultline.Tracing.Replay;

/// <summary>
/// What only the order of all calls tells of a site: the sizes asked for, how long its blocks lived (in allocations that the program made
/// meanwhile, at any site: 0 for a block that was freed before the next one was made), and how many pages they pinned.
/// </summary>
/// <param name="Sizes">Requested bytes of its blocks.</param>
/// <param name="Lifetimes">Of its blocks that were given back.</param>
/// <param name="PinnedPages">Of <see cref="Pinning.Pages"/>: those that its blocks hold.</param>
public sealed record SiteMeasurement(PowerHistogram Sizes, PowerHistogram Lifetimes, ulong PinnedPages)
{
    /// <summary>Two sites taken for one.</summary>
    public static SiteMeasurement operator +(SiteMeasurement a, SiteMeasurement b)
        => new(a.Sizes + b.Sizes, a.Lifetimes + b.Lifetimes, a.PinnedPages + b.PinnedPages);
}

/// <summary>
/// The heap at the worst of the looks that were taken at it: pages that are present, that live blocks use less than a quarter of, and that the
/// same block had been holding at the look before, too; of how many present pages. Both 0 where the heap was never found to be pinned.
/// </summary>
/// <param name="Pages">4 KiB pages that are pinned.</param>
/// <param name="HeapPages">4 KiB pages of the heap that were present then.</param>
/// <param name="Event">Number of the event after which the look was taken.</param>
public readonly record struct Pinning(ulong Pages, ulong HeapPages, ulong Event);

/// <summary>Measurements by site id, and the heap's worst moment.</summary>
public sealed record Measurements(IReadOnlyDictionary<int, SiteMeasurement> Sites, Pinning Pinning);
