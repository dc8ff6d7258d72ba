namespace Faultline;

/// <summary>
/// What was done with native memory between two moments. Exact for what the measuring thread did; other threads' calls that fall between count
/// too. Both moments look at every page, so that the faults are those of the pages touched between them.
/// </summary>
public sealed class FaultlineMeasurement
{
    internal FaultlineMeasurement(FaultlineSnapshot before, FaultlineSnapshot after)
    {
        Before = before;
        After = after;
        Totals = after.Totals.Since(before.Totals);
        Kernel = after.Kernel.Since(before.Kernel);
        Sites = [.. after.Sites.Select(site => site with { Amounts = site.Amounts.Since(before.Of(site.Site.Id)) }).Where(site => site.Amounts != default)];
    }

    public FaultlineSnapshot Before { get; }

    public FaultlineSnapshot After { get; }

    /// <summary>All sites together. Its LiveBlocks and LiveBytes are what was left allocated: negative where older blocks were freed.</summary>
    public MemoryAmounts Totals { get; }

    /// <summary>Faults by kind, system calls.</summary>
    public KernelAmounts Kernel { get; }

    /// <summary>Blocks handed out.</summary>
    public long Allocations => Totals.Allocations;

    /// <summary>Bytes that were asked for.</summary>
    public long Bytes => Totals.RequestedBytes;

    /// <summary>Blocks that are allocated afterwards, those from before included.</summary>
    public long LiveBlocks => After.Totals.LiveBlocks;

    /// <summary>Their requested bytes.</summary>
    public long LiveBytes => After.Totals.LiveBytes;

    /// <summary>The sites at which something changed, by rising id.</summary>
    public IReadOnlyList<SiteAmounts> Sites { get; }
}
