using Faultline.Shim.Engine;
using Faultline.Tracing.Session;

namespace Faultline;

/// <summary>
/// What a flow did at one call site: blocks and bytes handed out, how many of them more are held than at its start as far as its own threads released them, and the
/// most bytes that were held at once; all bytes are requested ones. <paramref name="Process"/> is what the whole process did there meanwhile.
/// </summary>
public sealed record FlowSite(CallSite Site, long Allocations, long Bytes, long LiveBlocks, long LiveBytes, long PeakBytes, MemoryAmounts Process)
{
    /// <summary>Nobody else allocated here meanwhile: the process's faults and live blocks of the site are the flow's.</summary>
    public bool IsOwn => Process.Allocations <= Allocations;

    /// <summary>Blocks that were left: whoever released the others, where the site is the flow's own.</summary>
    public long LeftBlocks => IsOwn ? Process.LiveBlocks : LiveBlocks;

    /// <summary>Their requested bytes.</summary>
    public long LeftBytes => IsOwn ? Process.LiveBytes : LiveBytes;
}

/// <summary>
/// What a flow did, and the process while it ran. Blocks and bytes are known of the flow exactly. Faults are taken by pages, which have sites and no
/// threads: they are the flow's where only it allocated.
/// </summary>
public sealed class FlowMeasurement
{
    internal FlowMeasurement(FaultlineMeasurement process, FlowCounter counter)
    {
        Process = process;
        PeakBytes = counter.PeakBytes;
        Sites = [.. process.Sites.Select(counter.Of).Where(site => site.Allocations > 0)];
        OthersAllocations = process.Allocations - Sites.Sum(site => site.Allocations);
    }

    /// <summary>The whole process meanwhile.</summary>
    public FaultlineMeasurement Process { get; }

    /// <summary>The most requested bytes that the flow held at once, above what it held at its start.</summary>
    public long PeakBytes { get; }

    /// <summary>Blocks that threads outside of the flow were given meanwhile. 0: all that the process did is the flow's.</summary>
    public long OthersAllocations { get; }

    /// <summary>The sites at which the flow allocated, by rising id.</summary>
    public IReadOnlyList<FlowSite> Sites { get; }

    /// <summary>
    /// Faults that are the flow's for certain: all of the process's if nobody else allocated, else those of the sites at which nobody else did.
    /// </summary>
    public long OwnFaults => OthersAllocations == 0 ? ProcessFaults : Sites.Where(site => site.IsOwn).Sum(site => site.Process.MinorFaults);

    /// <summary>
    /// Further faults of which nothing tells whose they are: of sites that others called too, of blocks from before, of the allocator's headers. 0 if nobody else allocated.
    /// </summary>
    public long UnclearFaults
        => OthersAllocations == 0 ? 0 : Math.Max(0, ProcessFaults - OwnFaults - Process.Sites.Where(IsOthers).Sum(site => site.Amounts.MinorFaults));

    private long ProcessFaults => Process.Kernel.MinorFaults + Process.Kernel.MajorFaults;

    private bool IsOthers(SiteAmounts site) => site.Amounts.Allocations > 0 && Sites.All(own => own.Site.Id != site.Site.Id);
}
