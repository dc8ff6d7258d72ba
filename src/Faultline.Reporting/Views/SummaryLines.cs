using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting.Views;

/// <summary>The short answer: what was asked for, what of it was usable, what became resident, what it faulted, what is left. A label and a sentence each.</summary>
public static class SummaryLines
{
    public static IEnumerable<(string Label, string Text)> Of(CostView view)
    {
        Amounts sum = view.Totals;
        yield return ("asked", $"{Bytes(sum.RequestedBytes)} in {Count(sum.Blocks, "block")} at {Count((ulong)view.Sites.Count, "call site")}");
        yield return ("usable", $"{Bytes(sum.UsableBytes)}{More(sum)}: {Count(sum.HeapBlocks, "block")} from the heap, {Number(sum.MappedBlocks)} from mappings of their own");
        yield return ("resident", Resident(view.Process));
        yield return ("faulted", Faulted(view.Process));
        yield return ("left", sum.LiveBlocks == 0 ? "nothing: every block was freed" : $"{Bytes(sum.LiveRequestedBytes)} in {Count(sum.LiveBlocks, "block")}, not freed at the end");
        if (view.Wrong is { } wrong)
            yield return ("wrong", $"{Count((ulong)wrong.Count, "finding")}, the first: {wrong.First}");
        if (view.Damage is { } damage)
            yield return ("damaged", $"what comes before is shown: {damage}");
    }

    /// <summary>One sentence for a site: what its numbers decide, else its share of the whole.</summary>
    public static string VerdictOf(SiteView site, CostView view)
    {
        if (site.Verdicts.Count > 0)
            return site.Verdicts[0];
        string bytes = $"{Percent(Share(site.Amounts.RequestedBytes, view.Totals.RequestedBytes))} of the bytes asked for";
        return site.PagesKnown && view.Process is { MinorFaults: > 0 } process ? $"{Percent(Share(site.Amounts.MinorFaults, process.MinorFaults))} of the faults, {bytes}" : bytes;
    }

    private static string More(in Amounts sum)
        => sum.UsableBytes > sum.RequestedBytes ? $" ({Percent(Share(sum.UsableBytes - sum.RequestedBytes, sum.RequestedBytes))} more)" : "";

    private static string Resident(ProcessView? process)
        => process?.ResidentPages is not { } end ? "not known: what was read does not say"
        : process.PeakResidentPages is { } peak ? $"{Pages(peak)} at the peak, {Pages(end)} at the end (simulated)" : $"{Pages(end)} at the end (simulated)";

    private static string Faulted(ProcessView? process)
        => process == null ? "not known: what was read does not say"
        : $"{Count(process.MinorFaults, "minor fault")}{(process.MajorFaults is { } major ? $", {Number(major)} major" : "")} (simulated)";

    private static string Pages(ulong pages) => Bytes(pages * 4096);
}
