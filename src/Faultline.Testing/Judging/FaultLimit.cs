namespace Faultline.Testing.Judging;

/// <summary>
/// Page faults that the code may take: pages of 4 KiB touched for the first time. Where other code allocated meanwhile some of them cannot be told from
/// others' (<see cref="FlowMeasurement.UnclearFaults"/>); if they decide, that is a failure of its own, for a limit must not pass unmeasured.
/// </summary>
internal static class FaultLimit
{
    /// <summary>The message of a broken limit, or null.</summary>
    public static string? Judge(long limit, FlowMeasurement measured)
    {
        long own = measured.OwnFaults, most = own + measured.UnclearFaults;
        if (most <= limit)
            return null;
        FlowSite[] sites = [.. measured.Sites.Where(site => site.Process.MinorFaults > 0).OrderByDescending(site => site.Process.MinorFaults)];
        string lines = SiteLines.Write(sites, site =>
            $"{SiteLines.Number(site.Process.MinorFaults, "page fault")}{(site.IsOwn ? "" : ", others' included")}; {SiteLines.Bytes(site.Bytes)} in {SiteLines.Number(site.Allocations, "block")}");
        return own > limit ? Broken(limit, measured, sites, lines) : Unclear(limit, measured, lines);
    }

    private static string Broken(long limit, FlowMeasurement measured, FlowSite[] sites, string lines)
    {
        string unclear = measured.UnclearFaults == 0 ? "" : $", and {SiteLines.Plain(measured.UnclearFaults)} more that may be those of code that ran meanwhile";
        string allocator = measured.OthersAllocations > 0 || measured.Process.Kernel.AllocatorFaults == 0 ? ""
            : $"; {SiteLines.Plain(measured.Process.Kernel.AllocatorFaults)} of them on headers of the allocator's, which no site pays for";
        return $"page faults: more than the {SiteLines.Plain(limit)} allowed{lines}\n"
            + $"measured: {SiteLines.Number(measured.OwnFaults, "page fault")}{unclear}{allocator}\n"
            + $"advice: {Advice(sites)}";
    }

    private static string Unclear(long limit, FlowMeasurement measured, string lines)
        => $"page faults: not clear whether more than the {SiteLines.Plain(limit)} allowed, because other code allocated {SiteLines.Number(measured.OthersAllocations, "block")} meanwhile{lines}\n"
            + $"measured: {SiteLines.Number(measured.OwnFaults, "page fault")} for certain, and {SiteLines.Plain(measured.UnclearFaults)} that may be the other code's\n"
            + "advice: run this test alone: in xunit put its class into a collection with [CollectionDefinition(\"…\", DisableParallelization = true)]";

    private static string Advice(FlowSite[] sites)
        => sites.Any(site => site.Process.MappedAllocations > 1)
            ? "blocks of 128 KiB and more are mappings of their own, and fault anew in each block: keep one and use it again"
            : "use blocks again, and touch only what is needed: each page of 4 KiB faults when it is touched for the first time";
}
