using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting.Views;

/// <summary>
/// A column of figures in a table of sites: its name, which sorts by it too, what a cell says, and what rows are sorted by (most first).
/// </summary>
/// <param name="Name">As the heading and the command line have it.</param>
/// <param name="Value">Of a site.</param>
/// <param name="Text">With its unit.</param>
/// <param name="Rank">Where there is no room for all columns, those with the highest are left out first.</param>
/// <param name="IsKnown">Whether what was read has it.</param>
public sealed record SiteColumn(string Name, Func<SiteView, double> Value, Func<SiteView, string> Text, int Rank, Func<CostView, bool> IsKnown)
{
    private const ulong PageBytes = 4096;

    /// <summary>Of <c>faultline table</c>, from left to right. Those of the last ranks are shown only where they are sorted by.</summary>
    public static readonly IReadOnlyList<SiteColumn> All =
    [
        new("faults", site => site.Amounts.MinorFaults, site => site.PagesKnown ? Number(site.Amounts.MinorFaults) : "?", 0, HasPages),
        new("requested", site => site.Amounts.RequestedBytes, site => Bytes(site.Amounts.RequestedBytes), 1, Always),
        new("usable", site => site.Amounts.UsableBytes, site => Bytes(site.Amounts.UsableBytes), 7, Always),
        new("blocks", site => site.Amounts.Blocks, site => Number(site.Amounts.Blocks), 4, Always),
        new("mmap", site => site.Amounts.MappedBlocks, site => Number(site.Amounts.MappedBlocks), 6, Always),
        new("resident", site => site.Amounts.ResidentPages, site => site.PagesKnown ? Bytes(site.Amounts.ResidentPages * PageBytes) : "?", 2, HasPages),
        new("left", site => site.Amounts.LiveRequestedBytes, site => site.Amounts.LiveBlocks == 0 ? "-" : Bytes(site.Amounts.LiveRequestedBytes), 3, Always),
        new("temporary", site => site.TemporaryBytes, site => site.TemporaryBlocks == 0 ? "-" : Bytes(site.TemporaryBytes), 5, view => view.KnowsTemporary),
        new("calls", site => site.Amounts.Calls, site => Number(site.Amounts.Calls), Unasked, Always),
        new("moves", site => site.Amounts.Moves, site => Number(site.Amounts.Moves), Unasked, Always),
        new("failures", site => site.Amounts.Failures, site => Number(site.Amounts.Failures), Unasked, Always),
    ];

    /// <summary>Of <c>faultline summary</c>.</summary>
    public static readonly IReadOnlyList<SiteColumn> Short = [.. All.Where(column => column.Rank <= 3)];

    /// <summary>Of <c>faultline temporary</c>.</summary>
    public static readonly IReadOnlyList<SiteColumn> Temporary =
    [
        new("temporary", site => site.TemporaryBlocks, site => Number(site.TemporaryBlocks), 0, Always),
        new("of blocks", site => site.Amounts.Blocks, site => Number(site.Amounts.Blocks), 2, Always),
        new("share", site => Share(site.TemporaryBlocks, site.Amounts.Blocks), site => Percent(Share(site.TemporaryBlocks, site.Amounts.Blocks)), 1, Always),
        new("bytes", site => site.TemporaryBytes, site => Bytes(site.TemporaryBytes), 1, Always),
        new("each", site => Each(site), site => Bytes(Each(site)), 3, Always),
    ];

    /// <summary>The rank of what is not shown unless it is sorted by.</summary>
    public const int Unasked = 9;

    /// <summary>Names to sort by; "site" sorts by name.</summary>
    public static IEnumerable<string> Names => All.Select(column => column.Name).Append("site");

    private static ulong Each(SiteView site) => site.TemporaryBlocks == 0 ? 0 : site.TemporaryBytes / site.TemporaryBlocks;

    private static bool Always(CostView view) => true;

    private static bool HasPages(CostView view) => view.Process != null;
}
