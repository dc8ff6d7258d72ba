using System.Globalization;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>A comparison for people: the totals, then the sites that changed most.</summary>
public static class CostDiffText
{
    private const int Top = 20;

    private static readonly Dictionary<string, string> s_labels = new()
    {
        ["minorFaults"] = "page faults",
        ["blocks"] = "blocks",
        ["requestedBytes"] = "requested",
        ["mmapBlocks"] = "mapped",
        ["liveBlocks"] = "live at exit",
        ["liveRequestedBytes"] = "live bytes",
        ["fragmentation"] = "fragmentation",
    };

    public static void Write(CostDiff diff, TextWriter output)
    {
        output.WriteLine($"before  {diff.Before.Name} ({diff.Before.Program})");
        output.WriteLine($"after   {diff.After.Name} ({diff.After.Program})");
        output.WriteLine();
        foreach (DiffRow row in diff.Totals)
            output.WriteLine(Line(row));
        if (diff.Sites.Count == 0)
        {
            output.WriteLine();
            output.WriteLine($"All {Count((ulong)diff.Same, "call site")} did the same.");
            return;
        }

        foreach (DiffSite site in diff.Sites.Take(Top))
        {
            output.WriteLine();
            string state = site.State switch { DiffState.New => " (new)", DiffState.Gone => " (gone)", _ => "" };
            output.WriteLine($"{site.Site.Display}, {site.Site.Api}{state}");
            foreach (DiffRow row in site.Rows.Where(row => row.Before != row.After))
                output.WriteLine(Line(row));
        }

        output.WriteLine();
        string more = diff.Sites.Count > Top ? $"{Count((ulong)(diff.Sites.Count - Top), "site")} more changed (--json has all); " : "";
        output.WriteLine($"{more}{Count((ulong)diff.Same, "call site")} did the same.");
    }

    private static string Line(DiffRow row)
        => string.Create(CultureInfo.InvariantCulture, $"  {s_labels[row.Name],-14}{DiffVerdict.Show(row.Unit, row.Before),14} -> {DiffVerdict.Show(row.Unit, row.After),-14}{DiffVerdict.Change(row)}").TrimEnd();
}
