using Faultline.Tracing.Session;

namespace Faultline.Tracing.Replay;

/// <summary>Counters by site id, growing with the ids that a trace uses.</summary>
internal sealed class SiteTally
{
    private SiteCounters[] _sites = new SiteCounters[64];

    /// <summary>Bytes asked for and not released, over all sites.</summary>
    public ulong LiveBytes { get; private set; }

    public ulong PeakLiveBytes { get; private set; }

    /// <summary>Ids that no session could hold count as unknown.</summary>
    public static int Known(int site) => site is > 0 and < SessionLayout.SiteCapacity ? site : 0;

    public ref SiteCounters At(int site)
    {
        if (site >= _sites.Length)
            Array.Resize(ref _sites, Math.Max(site + 1, _sites.Length * 2));
        return ref _sites[site];
    }

    public void CountAllocation(int site, ulong requested, ulong usable, bool mapped)
    {
        ref SiteCounters counters = ref At(site);
        counters.Allocations++;
        counters.RequestedBytes += requested;
        counters.UsableBytes += usable;
        counters.MappedAllocations += mapped ? 1UL : 0;
        counters.PeakLiveBytes = Math.Max(counters.PeakLiveBytes, counters.RequestedBytes - counters.ReleasedRequestedBytes);
        LiveBytes += requested;
        PeakLiveBytes = Math.Max(PeakLiveBytes, LiveBytes);
    }

    public void CountRelease(int site, ulong requested, ulong usable)
    {
        ref SiteCounters counters = ref At(site);
        counters.Released++;
        counters.ReleasedRequestedBytes += requested;
        counters.ReleasedUsableBytes += usable;
        LiveBytes -= requested;
    }

    /// <summary>Those at which something happened, by rising id.</summary>
    public IReadOnlyList<ReplayedSite> ToList()
    {
        List<ReplayedSite> list = [];
        for (int id = 0; id < _sites.Length; id++)
            if (_sites[id].Calls > 0 || _sites[id].MinorFaults > 0 || _sites[id].ResidentPages > 0)
                list.Add(new ReplayedSite(id, _sites[id]));
        return list;
    }
}
