using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting.Views;

/// <summary>Sites chosen and put in order, and a sentence that says which they are.</summary>
/// <param name="Sites">The first of them.</param>
/// <param name="Heading">What they are.</param>
/// <param name="All">How many there are beyond those that were cut off too.</param>
public sealed record SiteRows(IReadOnlyList<SiteView> Sites, string Heading, int All)
{
    /// <param name="view">Of what.</param>
    /// <param name="sort">A column's name, or "site"; null: as the view has them.</param>
    /// <param name="filter">Any part of a site's names, whatever its case; null: all.</param>
    /// <param name="top">At most so many.</param>
    public static SiteRows Table(CostView view, string? sort, string? filter, int top)
    {
        List<SiteView> found = [.. view.Sites.Where(site => filter == null || NamesOf(site).Any(name => name.Contains(filter, StringComparison.OrdinalIgnoreCase)))];
        string order = sort == null ? "by faults, then bytes asked for" : $"by {sort}";
        string which = filter == null ? "" : $" with '{filter}'";
        string count = found.Count > top ? $"{top} of {Count((ulong)found.Count, "site")}" : Count((ulong)found.Count, "site");
        return new([.. Sorted(found, sort).Take(top)], found.Count == 0 ? $"no site{which}" : $"{count}{which}, {order}", found.Count);
    }

    /// <summary>Sites with blocks that were freed soon after they were allocated, most bytes first.</summary>
    /// <param name="view">Of a replay that counted with <paramref name="within"/>.</param>
    /// <param name="within">Other allocations of the thread between.</param>
    /// <param name="top">At most so many.</param>
    public static SiteRows Temporary(CostView view, ulong within, int top)
    {
        List<SiteView> found = [.. view.Sites.Where(site => site.TemporaryBlocks > 0).OrderByDescending(site => site.TemporaryBytes).ThenByDescending(site => site.TemporaryBlocks).ThenBy(site => site.Site.Id)];
        ulong blocks = found.Aggregate(0UL, (sum, site) => sum + site.TemporaryBlocks), bytes = found.Aggregate(0UL, (sum, site) => sum + site.TemporaryBytes);
        string between = within == 0 ? "before it allocated again" : $"with at most {Count(within, "other allocation")} of its own between";
        string heading = $"{Number(blocks)} of {Count(view.Totals.Blocks, "block")} ({Percent(Share(blocks, view.Totals.Blocks))}, {Bytes(bytes)}) {WasOrWere(blocks)} freed by the thread that allocated, {between}";
        return new([.. found.Take(top)], found.Count > top ? $"{heading}; {top} of {Count((ulong)found.Count, "site")}" : heading, found.Count);
    }

    /// <summary>"File.cs:12 Method  API".</summary>
    public static string NameOf(SiteView site) => site.Site.Api.Length == 0 ? site.Site.Display : $"{site.Site.Display}  {site.Site.Api}";

    private static IEnumerable<SiteView> Sorted(List<SiteView> sites, string? sort)
        => sort == null ? sites
        : SiteColumn.All.FirstOrDefault(column => column.Name == sort) is { } by ? sites.OrderByDescending(by.Value)
        : sites.OrderBy(site => site.Site.Display, StringComparer.Ordinal).ThenBy(site => site.Site.Id);

    private static IEnumerable<string> NamesOf(SiteView site) => [site.Site.Display, site.Site.Assembly, site.Site.Type, site.Site.Method, site.Site.Api, site.Site.File ?? ""];
}
