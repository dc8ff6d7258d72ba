using System.Text.RegularExpressions;
using Faultline.Reporting;
using Faultline.Reporting.Exports;
using Faultline.Reporting.Views;
using Faultline.TestSupport;
using Faultline.Tool.Running;
using Faultline.Tool.Viewing;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;

namespace Faultline.Tool.Tests.Viewing;

/// <summary>How summary, tree, table and temporary look: at two widths, in a pipe, in colours, and with names that mean something to a terminal.</summary>
public partial class CostViewTests
{
    private const string Name = "orders.heaptrack.zst";

    private static readonly Lazy<CostView> s_orders = new(() =>
    {
        ReplayedTrace replayed = ReplayedTrace.Run(
            Repository.Path("tests", "Faultline.Tracing.Tests", "Recordings", Name), new ReplayOptions { TemporaryWithin = 1 }, assumes: false, overrides: false, TextWriter.Null);
        return CostViewBuilder.Of((replayed with { Path = Name }).Report(), replayed.Result, Name);
    });

    public static TheoryData<string> Pages => ["summary", "tree", "table", "temporary"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Looks_as_it_is_known_to_at_two_widths(string page)
    {
        foreach (int width in new[] { 60, 110 })
        {
            string text = Draw(page, s_orders.Value, new ViewLayout(width, Colour: false));
            Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, width));
            Snapshot.Match("Faultline.Tool.Tests", $"{page}-{width}.txt", text);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Colours_only_repeat_what_the_words_say(string page)
    {
        string plain = Draw(page, s_orders.Value, new ViewLayout(110, Colour: false)), coloured = Draw(page, s_orders.Value, new ViewLayout(110, Colour: true));
        Assert.DoesNotContain('\e', plain);
        Assert.Contains('\e', coloured);
        Assert.Equal(plain.Split('\n'), Escape().Replace(coloured, "").Split('\n').Select(line => line.TrimEnd()));
    }

    [Fact]
    public void A_summary_has_twenty_lines_at_most() => Assert.InRange(Draw("summary", s_orders.Value, new ViewLayout(140, Colour: false)).TrimEnd('\n').Split('\n').Length, 12, 20);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Names_are_neither_markup_nor_escapes(string page)
    {
        CallSite evil = new(1, "evil", "T", "[red]\e[2J\rx[/]", "malloc", "a [b].cs", 7);
        SiteView site = new(evil, new Amounts { Blocks = 2, RequestedBytes = 64, UsableBytes = 64 }, PagesKnown: true, []) { TemporaryBlocks = 1, TemporaryBytes = 32 };
        string text = Draw(page, new CostView("[bold]\e]0;x", "of \e[1m", site.Amounts, new(1, 0, 1, 1), [site], null, null), new ViewLayout(null, Colour: true));
        Assert.Contains("a [b].cs:7", text);
        Assert.DoesNotMatch(@"\e(?!\[[\d;]*m)|\r", text);
        Assert.DoesNotContain("\e[2J", text);
    }

    [Theory]
    [InlineData("80", 80)]
    [InlineData("7", 40)]
    [InlineData("0", null)]
    [InlineData("wide", null)]
    [InlineData(null, null)]
    public void COLUMNS_says_how_wide(string? text, int? width) => Assert.Equal(width, ViewLayout.Columns(text));

    [Fact]
    public void A_table_keeps_the_column_that_it_is_sorted_by()
    {
        string text = Draw("table", s_orders.Value, new ViewLayout(60, Colour: false), sort: "temporary");
        Assert.Contains("temporary  site", text);
        Assert.Contains("no room for: ", text);
    }

    private static string Draw(string page, CostView view, ViewLayout layout, string? sort = null)
    {
        using StringWriter output = new();
        ViewPage.Write(output, layout, sheet =>
        {
            switch (page)
            {
                case "summary":
                    CostPages.Summary(sheet, view);
                    break;
                case "tree":
                    CostPages.Tree(sheet, view, CallTree.Build(view, ExportMetric.All[0], 64, 0.01));
                    break;
                case "table":
                    CostPages.Table(sheet, view, SiteRows.Table(view, sort, null, 8), sort);
                    break;
                default:
                    CostPages.Temporary(sheet, view, SiteRows.Temporary(view, 1, 20));
                    break;
            }
        });
        return output.ToString();
    }

    [GeneratedRegex(@"\e\[[\d;]*m")]
    private static partial Regex Escape();
}
