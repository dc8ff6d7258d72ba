using System.Globalization;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>A comparison in sentences: what got worse, what got better, and at which site most of it. Less is better in every figure.</summary>
/// <param name="Answer">How many figures and sites changed.</param>
/// <param name="Worse">One sentence a figure.</param>
/// <param name="Better">One sentence a figure.</param>
/// <param name="Same">Names of figures that are equal in both.</param>
/// <param name="Unknown">Names of figures that one of the two does not have.</param>
/// <param name="Warnings">What the two runs do not have in common.</param>
public sealed record DiffVerdict(
    string Answer, IReadOnlyList<string> Worse, IReadOnlyList<string> Better, IReadOnlyList<string> Same, IReadOnlyList<string> Unknown, IReadOnlyList<string> Warnings)
{
    public static DiffVerdict Of(CostDiff diff)
    {
        DiffRow[] worse = [.. diff.Totals.Where(row => row.Delta > 0)], better = [.. diff.Totals.Where(row => row.Delta < 0)];
        string figures = worse.Length + better.Length == 0 ? "No figure of the whole run differs"
            : $"Of the whole run's figures {Count((ulong)worse.Length, "got", "got")} worse and {Count((ulong)better.Length, "got", "got")} better";
        string sites = diff.Sites.Count == 0 ? $"all {Count((ulong)diff.Same, "call site")} did the same" : $"{Count((ulong)diff.Sites.Count, "call site")} changed, {Number((ulong)diff.Same)} did the same";
        return new(
            $"{figures}; {sites}.",
            [.. worse.Select(row => Sentence(row, diff.Sites, "rise", site => site.Delta > 0))],
            [.. better.Select(row => Sentence(row, diff.Sites, "fall", site => site.Delta < 0))],
            [.. diff.Totals.Where(row => row.Delta == 0).Select(row => DiffMetric.Named(row.Name).Name)],
            [.. diff.Totals.Where(row => row.Delta == null).Select(row => DiffMetric.Named(row.Name).Name)],
            [.. WarningsOf(diff)]);
    }

    /// <summary>"-200 (-16.7 %)", of a share "+1.5 points"; empty where nothing changed or one of the two is not known.</summary>
    public static string Change(DiffRow row)
    {
        if (row.Delta is not { } delta || delta == 0)
            return "";
        string sign = delta > 0 ? "+" : "-";
        double size = Math.Abs(delta);
        if (row.Unit == DiffUnit.Share)
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{size * 100:0.##} points");
        string share = row.Before > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({sign}{size / row.Before.Value * 100:0.#} %)") : "";
        return sign + Show(row.Unit, size) + share;
    }

    /// <summary>With its unit where that is bytes or a share.</summary>
    public static string Show(DiffUnit unit, double? value) => value is not { } number ? "not known"
        : unit == DiffUnit.Share ? Percent(number)
        : unit == DiffUnit.Bytes ? Bytes((ulong)number)
        : Number((ulong)number);

    private static string Sentence(DiffRow row, IReadOnlyList<DiffSite> sites, string direction, Func<DiffRow, bool> goesAlong)
    {
        string name = DiffMetric.Named(row.Name).Name;
        string sentence = $"{char.ToUpperInvariant(name[0])}{name[1..]}: {Show(row.Unit, row.Before)} before, {Show(row.Unit, row.After)} after, {Change(row)}.";
        (DiffSite Site, DiffRow Row)? most = sites.SelectMany(site => site.Rows.Where(own => own.Name == row.Name && goesAlong(own)).Select(own => ((DiffSite, DiffRow)?)(site, own)))
            .MaxBy(own => Math.Abs(own!.Value.Item2.Delta!.Value));
        if (most is not { } found)
            return sentence;
        string state = found.Site.State switch { DiffState.New => ", which is new", DiffState.Gone => ", which is gone", _ => "" };
        return $"{sentence} The largest {direction}, {Change(found.Row)}, is at {found.Site.Site.Display} ({found.Site.Site.Api}){state}.";
    }

    private static IEnumerable<string> WarningsOf(CostDiff diff)
    {
        if (diff.Before.Program != diff.After.Program)
            yield return $"The two are of different programs: {diff.Before.Program} and {diff.After.Program}.";
        foreach (CostSetting before in diff.Before.Settings)
            if (diff.After.Settings.FirstOrDefault(after => after.Name == before.Name) is { } after && after.Value != before.Value)
                yield return $"{before.Name} differs: {before.Value} before, {after.Value} after. Part of the difference may come from that.";
    }
}
