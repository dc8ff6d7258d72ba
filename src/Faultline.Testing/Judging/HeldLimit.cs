namespace Faultline.Testing.Judging;

/// <summary>Bytes that the code may hold at once: requested ones, above those that it held at its start.</summary>
internal static class HeldLimit
{
    /// <summary>The message of a broken limit, or null.</summary>
    public static string? Judge(SizeLimit limit, FlowMeasurement measured)
    {
        if (measured.PeakBytes <= limit.Bytes)
            return null;
        FlowSite[] sites = [.. measured.Sites.Where(site => site.PeakBytes > 0).OrderByDescending(site => site.PeakBytes)];
        string lines = SiteLines.Write(sites, site =>
            $"{SiteLines.Bytes(site.PeakBytes)} at once; {SiteLines.Bytes(site.Bytes)} in {SiteLines.Number(site.Allocations, "block")} altogether, {SiteLines.Number(site.Process.MinorFaults, "page fault")}");
        return $"native memory: more was held at once than the {limit.Text} allowed{lines}\n"
            + $"measured: {SiteLines.Bytes(measured.PeakBytes)} held at once, by {SiteLines.Number(sites.Length, "call site")}\n"
            + $"advice: {Advice(sites[0])}";
    }

    private static string Advice(FlowSite worst)
        => worst.PeakBytes < worst.Bytes && worst.Allocations > 1
            ? "free a block before the next is asked for, or use one buffer again"
            : "work in pieces: a buffer of some KiB that is used again serves a stream of any length";
}
