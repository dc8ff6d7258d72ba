namespace Faultline.Testing.Judging;

/// <summary>Bytes that each call site may leave allocated, of the blocks that the code made. A site on its own, so that many small ones do not add up to one that leaks.</summary>
internal static class LeakLimit
{
    /// <summary>The message of a broken limit, or null. What is over the limit is looked at again after a garbage collection.</summary>
    public static string? Judge(SizeLimit limit, FlowMeasurement measured, Func<FlowMeasurement> afterCollection)
    {
        if (!measured.Sites.Any(site => site.LeftBytes > limit.Bytes))
            return null;
        FlowMeasurement settled = afterCollection();
        FlowSite[] over = [.. settled.Sites.Where(site => site.LeftBytes > limit.Bytes).OrderByDescending(site => site.LeftBytes)];
        return over.Length == 0 ? null : Message(limit, settled, over);
    }

    private static string Message(SizeLimit limit, FlowMeasurement measured, FlowSite[] over)
    {
        FlowSite[] left = [.. measured.Sites.Where(site => site.LeftBlocks > 0)];
        string lines = SiteLines.Write(over, site =>
            $"{SiteLines.Bytes(site.LeftBytes)} left in {SiteLines.Plain(site.LeftBlocks)} of {SiteLines.Number(site.Allocations, "block")}, {SiteLines.Number(site.Process.MinorFaults, "page fault")}");
        return $"native leaks: {SiteLines.Number(over.Length, "call site")} left more than the {limit.Text} allowed to each{lines}\n"
            + $"measured: {SiteLines.Bytes(left.Sum(site => site.LeftBytes))} left in {SiteLines.Number(left.Sum(site => site.LeftBlocks), "block")} at {SiteLines.Number(left.Length, "call site")}\n"
            + $"advice: {Advice(over)}";
    }

    private static string Advice(FlowSite[] over)
        => over.All(site => site.LeftBlocks == 1)
            ? "one block a site may be set-up that is done once, such as a cache: run the body in a loop; what leaks grows with the rounds, and what does not "
                + "can be allocated before the test"
            : "free these blocks; what is kept on purpose, such as a cache, can be allocated before the test";
}
