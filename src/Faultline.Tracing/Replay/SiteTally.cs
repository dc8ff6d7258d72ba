using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Replay;

/// <summary>
/// Counters by site id, growing with the ids that a trace uses, and by origin where the trace has stacks. Blocks and pages belong to
/// an owner, which is a site or, with a stack, one of its origins (<see cref="StackTally"/>): what an origin is charged with its site is charged with too.
/// </summary>
internal sealed class SiteTally
{
    private readonly StackTally _stacks = new();
    private SiteCounters[] _sites = new SiteCounters[64];
    private (ulong Blocks, ulong Bytes)[] _temporary = new (ulong, ulong)[64];

    /// <summary>Bytes asked for and not released, over all sites.</summary>
    public ulong LiveBytes { get; private set; }

    public ulong PeakLiveBytes { get; private set; }

    public bool HasTooManyStacks => _stacks.IsFull;

    /// <summary>Ids that no session could hold count as unknown.</summary>
    public static int Known(int site) => site is > 0 and < SessionLayout.SiteCapacity ? site : 0;

    /// <summary>The owner of a block of that many requested bytes.</summary>
    public int OwnerOf(int site, int stack, ulong requested, StackKind kind)
        => stack == 0 ? site : _stacks.OriginOf(site, stack, kind == StackKind.Sample ? Math.Max(requested, 1) : 0);

    public int SiteOf(int owner) => StackTally.IsOrigin(owner) ? _stacks.SiteOf(owner) : owner;

    public ref SiteCounters At(int site)
    {
        if (site >= _sites.Length)
        {
            Array.Resize(ref _sites, Math.Max(site + 1, _sites.Length * 2));
            Array.Resize(ref _temporary, _sites.Length);
        }

        return ref _sites[site];
    }

    public void CountAllocation(int owner, ulong requested, ulong usable, bool mapped)
    {
        ref SiteCounters counters = ref At(SiteOf(owner));
        counters.Allocations++;
        counters.RequestedBytes += requested;
        counters.UsableBytes += usable;
        counters.MappedAllocations += mapped ? 1UL : 0;
        counters.PeakLiveBytes = Math.Max(counters.PeakLiveBytes, counters.RequestedBytes - counters.ReleasedRequestedBytes);
        LiveBytes += requested;
        PeakLiveBytes = Math.Max(PeakLiveBytes, LiveBytes);
        if (!StackTally.IsOrigin(owner))
            return;
        ref StackCounters stack = ref _stacks.At(owner);
        stack.Allocations++;
        stack.RequestedBytes += requested;
    }

    public void CountRelease(int owner, ulong requested, ulong usable)
    {
        CountCut(owner, requested, usable, released: 1, split: 0);
        LiveBytes -= requested;
    }

    /// <summary>A part of a mapping is gone: which ended it (<paramref name="released"/> 1), shortened it, or made two of one (<paramref name="split"/> 1).</summary>
    public void CountCut(int owner, ulong requested, ulong usable, ulong released, ulong split)
    {
        ref SiteCounters counters = ref At(SiteOf(owner));
        counters.Allocations += split;
        counters.Released += released;
        counters.ReleasedRequestedBytes += requested;
        counters.ReleasedUsableBytes += usable;
        if (!StackTally.IsOrigin(owner))
            return;
        ref StackCounters stack = ref _stacks.At(owner);
        stack.Allocations += split;
        stack.Released += released;
        stack.ReleasedRequestedBytes += requested;
    }

    /// <summary>A block was freed by its thread before that had allocated again, or soon after (<see cref="ReplayOptions.TemporaryWithin"/>).</summary>
    public void CountTemporary(int owner, ulong requested)
    {
        int site = SiteOf(owner);
        At(site);
        _temporary[site].Blocks++;
        _temporary[site].Bytes += requested;
        if (!StackTally.IsOrigin(owner))
            return;
        _stacks.At(owner).Temporary++;
        _stacks.At(owner).TemporaryBytes += requested;
    }

    public void CountFaults(int owner, ulong faults)
    {
        At(SiteOf(owner)).MinorFaults += faults;
        if (StackTally.IsOrigin(owner))
            _stacks.At(owner).MinorFaults += faults;
    }

    public void CountResidentPage(int owner)
    {
        At(SiteOf(owner)).ResidentPages++;
        if (StackTally.IsOrigin(owner))
            _stacks.At(owner).ResidentPages++;
    }

    /// <summary>Those at which something happened, by rising id.</summary>
    public IReadOnlyList<ReplayedSite> ToList()
    {
        List<ReplayedSite> list = [];
        for (int id = 0; id < _sites.Length; id++)
            if (_sites[id].Calls > 0 || _sites[id].MinorFaults > 0 || _sites[id].ResidentPages > 0)
                list.Add(new ReplayedSite(id, _sites[id]) { TemporaryBlocks = _temporary[id].Blocks, TemporaryBytes = _temporary[id].Bytes });
        return list;
    }

    /// <summary>
    /// What each stack did, with its weight: of sampled stacks those that were sampled; else all, so that the sums are the sites', and what is without
    /// a stack stands under 0. By site, then by stack.
    /// </summary>
    public IReadOnlyList<ReplayedStack> ToStacks(StackSampling sampling)
    {
        List<ReplayedStack> list = [];
        Dictionary<int, StackCounters> sums = [];
        foreach ((int site, int stack, ulong size, StackCounters counters) in _stacks.All())
        {
            list.Add(new(site, stack, sampling.WeightOf(size), counters));
            sums[site] = StackSums.Plus(sums.GetValueOrDefault(site), counters);
        }

        if (sampling.Kind != StackKind.Sample)
            foreach (ReplayedSite site in ToList())
                if (StackSums.Less(StackSums.Of(site), sums.GetValueOrDefault(site.Id)) is var rest && !rest.Equals(default(StackCounters)))
                    list.Add(new(site.Id, 0, 1, rest));
        list.Sort((a, b) => a.Site != b.Site ? a.Site.CompareTo(b.Site) : a.Stack != b.Stack ? a.Stack.CompareTo(b.Stack) : a.Weight.CompareTo(b.Weight));
        return list;
    }
}
