using Faultline.Tracing.Session;

namespace Faultline;

/// <summary>A call site, named, and its amounts. Where it is not known <see cref="CallSite.IsUnknown"/> says so.</summary>
public sealed record SiteAmounts(CallSite Site, MemoryAmounts Amounts);

/// <summary>The process's native memory at one moment: everything that routed calls did since its start. Pages are 4 KiB.</summary>
public sealed class FaultlineSnapshot
{
    private readonly Dictionary<int, SiteAmounts> _byId;

    private FaultlineSnapshot(IReadOnlyList<SiteAmounts> sites, MemoryAmounts totals, in SnapshotRecord record)
    {
        Sites = sites;
        Kernel = KernelAmounts.Of(record);
        Totals = totals with { MinorFaults = Kernel.MinorFaults };
        ResidentPages = (long)record.ResidentPages;
        PeakResidentPages = (long)record.PeakResidentPages;
        _byId = sites.ToDictionary(site => site.Site.Id);
    }

    /// <summary>All sites together.</summary>
    public MemoryAmounts Totals { get; }

    /// <summary>Faults by kind, system calls.</summary>
    public KernelAmounts Kernel { get; }

    /// <summary>Pages that are resident in the simulated process.</summary>
    public long ResidentPages { get; }

    /// <summary>The most that were at an observation: a snapshot, or when a range was given back.</summary>
    public long PeakResidentPages { get; }

    /// <summary>Each site that was called, or has faulted, by rising id.</summary>
    public IReadOnlyList<SiteAmounts> Sites { get; }

    /// <summary>What came between an earlier snapshot and this one.</summary>
    public FaultlineMeasurement Since(FaultlineSnapshot earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return new FaultlineMeasurement(earlier, this);
    }

    internal MemoryAmounts Of(int site) => _byId.TryGetValue(site, out SiteAmounts? amounts) ? amounts.Amounts : default;

    /// <summary>From a session right after a snapshot, before which nothing else is written.</summary>
    internal static FaultlineSnapshot Read(SessionFile session, Func<int, CallSite> name)
    {
        if (!SessionSnapshots.TryRead(session, out SnapshotRecord record))
            throw new InvalidOperationException("the session has no snapshot");
        SiteCounters[] counters = SessionCounters.ReadAll(session);
        List<SiteAmounts> sites = [];
        for (int id = 0; id < counters.Length; id++)
            if (counters[id].Calls > 0 || counters[id].MinorFaults > 0)
                sites.Add(new(name(id), MemoryAmounts.Of(counters[id])));
        return new(sites, MemoryAmounts.Of(SessionCounters.Total(session)), record);
    }
}
