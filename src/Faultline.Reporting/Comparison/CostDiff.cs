using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>Two runs beside each other. Sites that did the same in both are left out.</summary>
public sealed record CostDiff(CostResult Before, CostResult After, IReadOnlyList<DiffRow> Totals, IReadOnlyList<DiffSite> Sites, int Same)
{
    public static CostDiff Of(CostResult before, CostResult after)
    {
        List<DiffSite> sites = [];
        int same = 0;
        foreach ((CostSite? old, CostSite? now) in SiteMatching.Match(before, after))
        {
            List<DiffRow> rows = [.. RowsOf(old, now)];
            if (rows.TrueForAll(row => row.Before == row.After))
                same++;
            else
                sites.Add(new DiffSite((now ?? old)!.Site, (now ?? old)!.Key, old == null ? DiffState.New : now == null ? DiffState.Gone : DiffState.Changed, rows));
        }

        return new(before, after, [.. TotalsOf(before.Totals, after.Totals)], [.. sites.OrderByDescending(site => site.Weight)], same);
    }

    /// <summary>The rows of the totals, as of each site; what one of the two does not know is null.</summary>
    private static IEnumerable<DiffRow> TotalsOf(MeasuredTotals before, MeasuredTotals after)
    {
        yield return new("minorFaults", DiffUnit.Faults, before.MinorFaults, after.MinorFaults);
        yield return new("blocks", DiffUnit.Blocks, before.Blocks, after.Blocks);
        yield return new("requestedBytes", DiffUnit.Bytes, before.RequestedBytes, after.RequestedBytes);
        yield return new("liveBlocks", DiffUnit.Blocks, before.LiveBlocks, after.LiveBlocks);
        yield return new("liveRequestedBytes", DiffUnit.Bytes, before.LiveRequestedBytes, after.LiveRequestedBytes);
        yield return new("fragmentation", DiffUnit.Share, before.Fragmentation, after.Fragmentation);
    }

    /// <summary>A site that is not there did nothing.</summary>
    private static IEnumerable<DiffRow> RowsOf(CostSite? before, CostSite? after)
    {
        Amounts a = before?.Amounts ?? default, b = after?.Amounts ?? default;
        yield return new("minorFaults", DiffUnit.Faults, before == null ? 0 : before.MinorFaults, after == null ? 0 : after.MinorFaults);
        yield return new("blocks", DiffUnit.Blocks, a.Blocks, b.Blocks);
        yield return new("requestedBytes", DiffUnit.Bytes, a.RequestedBytes, b.RequestedBytes);
        yield return new("mmapBlocks", DiffUnit.Blocks, a.MappedBlocks, b.MappedBlocks);
        yield return new("liveBlocks", DiffUnit.Blocks, a.LiveBlocks, b.LiveBlocks);
        yield return new("liveRequestedBytes", DiffUnit.Bytes, a.LiveRequestedBytes, b.LiveRequestedBytes);
    }
}

/// <summary>Whether a site is in both runs.</summary>
public enum DiffState
{
    Changed,
    New,
    Gone,
}

public enum DiffUnit
{
    Faults,
    Blocks,
    Bytes,

    /// <summary>0 to 1.</summary>
    Share,
    Findings,
}

/// <summary>One number in both runs; null where it is not known.</summary>
public sealed record DiffRow(string Name, DiffUnit Unit, double? Before, double? After)
{
    public double? Delta => After - Before;
}

/// <summary>A site that differs.</summary>
public sealed record DiffSite(CallSite Site, string? Key, DiffState State, IReadOnlyList<DiffRow> Rows)
{
    /// <summary>By which sites are ordered: the change in faults, a page of bytes asked for or left being worth one fault.</summary>
    internal double Weight => Rows.Sum(row => row.Unit switch
    {
        DiffUnit.Faults => Math.Abs(row.Delta ?? 0),
        DiffUnit.Bytes => Math.Abs(row.Delta ?? 0) / 4096,
        _ => 0,
    });
}
