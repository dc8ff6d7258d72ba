namespace Faultline.Reporting;

/// <summary>A figure of a comparison, by the name that its rows have.</summary>
public sealed record DiffMetric(string Key, string Name, DiffUnit Unit, string Meaning)
{
    /// <summary>Those that sites have, most telling first.</summary>
    public static readonly IReadOnlyList<DiffMetric> OfSites =
    [
        new("minorFaults", "page faults", DiffUnit.Faults, "first touches of pages that were not in memory"),
        new("requestedBytes", "requested bytes", DiffUnit.Bytes, "bytes asked for, over the whole run"),
        new("blocks", "blocks", DiffUnit.Blocks, "blocks that were handed out, over the whole run"),
        new("mmapBlocks", "mapped blocks", DiffUnit.Blocks, "blocks that got addresses of their own by mmap"),
        new("liveRequestedBytes", "live bytes", DiffUnit.Bytes, "bytes still allocated at the end"),
        new("liveBlocks", "live blocks", DiffUnit.Blocks, "blocks still allocated at the end"),
    ];

    private static readonly DiffMetric s_fragmentation = new("fragmentation", "fragmentation", DiffUnit.Share, "share of the heap at the end that is free and not trimmable");

    public static DiffMetric Named(string key) => key == s_fragmentation.Key ? s_fragmentation : OfSites.Single(metric => metric.Key == key);
}
