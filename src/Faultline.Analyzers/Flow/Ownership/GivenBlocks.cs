using System.Collections.Generic;
using Faultline.Analyzers.Context;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>The blocks that one call is given to free or resize, on all paths that come to it.</summary>
internal sealed class GivenBlocks
{
    private readonly SortedDictionary<int, Site> _sites = [];

    public GivenBlocks(AllocationCall call) => Call = call;

    public AllocationCall Call { get; }

    /// <summary>On every path it is the start of a block whose allocator is known, or null.</summary>
    public bool AreKnown { get; private set; } = true;

    /// <summary>In the order in which they were met.</summary>
    public IEnumerable<Site> Sites => _sites.Values;

    public bool IsEmpty => _sites.Count == 0;

    public void Add(Value value, Sites sites)
    {
        AreKnown &= !value.CanBeOther;
        foreach (Target target in value.Targets)
        {
            Site site = sites[target.Site];
            AreKnown &= site is { Kind: SiteKind.Block, Source.Api: not null } && target is { Low: 0, High: 0 };
            _sites[site.Number] = site;
        }
    }
}
