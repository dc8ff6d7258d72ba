using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Faultline.Reporting.Html;
using Faultline.Tracing.Session;

namespace Faultline.Reporting.Tests.Html;

/// <summary>The page of two runs beside each other, as a file. What it does in a browser is tested in Faultline.Browser.Tests.</summary>
public class HtmlComparisonTests
{
    private const string Evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{policy}}&amp;\u2028";

    [Fact]
    public void It_has_the_form_of_a_page_and_the_same_bytes_each_time()
    {
        string page = Page(Diff());
        PageForm.Check(page);
        PageForm.CheckPolicy(page);
        Assert.Equal(page, Page(Diff()));
    }

    [Fact]
    public void It_says_what_got_worse_and_better_and_where()
    {
        using JsonDocument document = JsonDocument.Parse(PageForm.DataOf(Page(Diff())));
        JsonElement data = document.RootElement;
        Assert.Equal("Of the whole run's figures 2 got worse and 2 got better; 3 call sites changed, 1 did the same.", data.GetProperty("answer").GetString());
        Assert.Equal(
            [
                "Live blocks: 0 before, 3 after, +3. The largest rise, +3, is at Cache.cs:10 Grow (malloc).",
                "Live bytes: 0 B before, 3 KiB after, +3 KiB. The largest rise, +3 KiB, is at Cache.cs:10 Grow (malloc).",
            ],
            Texts(data.GetProperty("worse")));
        Assert.Equal(
            [
                "Page faults: 1,000 before, 700 after, -300 (-30 %). The largest fall, -500 (-100 %), is at Cache.cs:20 Drop (malloc), which is gone.",
                "Fragmentation: 50 % before, 25 % after, -25 points.",
            ],
            Texts(data.GetProperty("better")));
        Assert.Equal(["blocks", "requested bytes"], Texts(data.GetProperty("same")));
        Assert.Equal(["Kernel differs: linux-6.x before, classic after. Part of the difference may come from that."], Texts(data.GetProperty("warnings")));
    }

    [Fact]
    public void Sites_have_their_figures_of_both_runs()
    {
        CostDiff diff = Diff();
        using JsonDocument document = JsonDocument.Parse(PageForm.DataOf(Page(diff)));
        JsonElement[] rows = [.. document.RootElement.GetProperty("sites").GetProperty("rows").EnumerateArray()];
        string[] keys = Texts(document.RootElement.GetProperty("metrics"), "key");
        Assert.Equal(diff.Sites.Select(site => site.Site.Display), rows.Select(row => row.GetProperty("display").GetString()));
        Assert.Equal(["gone", "in both", "new"], rows.Select(row => row.GetProperty("state").GetString()).Order(StringComparer.Ordinal));
        for (int i = 0; i < rows.Length; i++)
            for (int metric = 0; metric < keys.Length; metric++)
            {
                DiffRow row = diff.Sites[i].Rows.Single(row => row.Name == keys[metric]);
                Assert.Equal(row.Before, rows[i].GetProperty("before")[metric].GetDouble());
                Assert.Equal(row.After, rows[i].GetProperty("after")[metric].GetDouble());
            }
    }

    [Fact]
    public void A_figure_that_one_run_does_not_have_is_said_to_be_unknown()
    {
        CostResult before = Result("before", [Site("Grow", 10, 100, 0)]), after = before with { Totals = before.Totals with { MinorFaults = null }, Sites = [Site("Grow", 10, null, 3072)] };
        using JsonDocument document = JsonDocument.Parse(PageForm.DataOf(Page(CostDiff.Of(before, after))));
        Assert.Equal(["page faults"], Texts(document.RootElement.GetProperty("unknown")));
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("sites").GetProperty("rows")[0].GetProperty("after")[0].ValueKind);
    }

    [Fact]
    public void Names_that_look_like_markup_stay_data()
    {
        CostSite evil = Site("Grow", 10, 100, 0) with { Site = new CallSite(1, Evil, Evil, Evil, Evil, "/src/" + Evil, 10) };
        CostResult before = Result(Evil, [evil]) with { Program = Evil, Settings = [new(Evil, Evil)] };
        string page = Page(CostDiff.Of(before, before with { Name = Evil, Sites = [evil with { MinorFaults = 7 }], Settings = [new(Evil, "x")] }), Evil);
        PageForm.Check(page);
        Assert.DoesNotContain("<img", page[..page.IndexOf("<script>", StringComparison.Ordinal)]);
        using JsonDocument document = JsonDocument.Parse(PageForm.DataOf(page));
        Assert.Equal(Evil, document.RootElement.GetProperty("title").GetString());
        Assert.Equal(Evil, document.RootElement.GetProperty("sites").GetProperty("rows")[0].GetProperty("method").GetString());
    }

    [Fact]
    public void Confidential_names_are_nowhere_in_the_page()
    {
        CostResult before = Result("Contoso.json", [Site("ContosoGrow", 10, 100, 0)]) with { Program = "Contoso.dll" };
        CostDiff diff = CostDiff.Of(before, before with { Sites = [Site("ContosoGrow", 10, 90, 0)] });
        Assert.Contains("Contoso", Page(diff));
        Assert.DoesNotContain("Contoso", Page(diff, confidential: HtmlOptions.ParseConfidential("Contoso")));
    }

    /// <summary>Two sites in both runs, of which one did the same, one that is gone and one that is new.</summary>
    private static CostDiff Diff()
    {
        CostResult before = Result("before.json", [Site("Grow", 10, 400, 0), Site("Drop", 20, 500, 0), Site("Keep", 30, 100, 0)]);
        CostResult after = Result("after.json", [Site("Grow", 10, 300, 3072), Site("Make", 40, 300, 0), Site("Keep", 30, 100, 0)]);
        return CostDiff.Of(before, after with
        {
            Totals = before.Totals with { MinorFaults = 700, LiveBlocks = 3, LiveRequestedBytes = 3072, Fragmentation = 0.25 },
            Settings = [new("C library", "glibc-2.36"), new("Kernel", "classic")],
        });
    }

    private static CostResult Result(string name, IReadOnlyList<CostSite> sites)
        => new(name, "App.dll", new MeasuredTotals(1000, 30, 30_000, 0, 0, 0.5), sites, null, [new("C library", "glibc-2.36"), new("Kernel", "linux-6.x")]);

    private static CostSite Site(string method, int line, ulong? faults, ulong live) => new(
        new CallSite(line, "App", "Cache", method, "malloc", "/src/Cache.cs", line), null,
        new Amounts { Calls = 10, Blocks = 10, RequestedBytes = 10_000, MinorFaults = faults ?? 0, LiveBlocks = live / 1024, LiveRequestedBytes = live }, faults, null);

    private static string Page(CostDiff diff, string? title = null, Regex? confidential = null)
    {
        using MemoryStream stream = new();
        HtmlComparison.Write(diff, title, confidential, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string[] Texts(JsonElement list, string? name = null) => [.. list.EnumerateArray().Select(text => (name == null ? text : text.GetProperty(name)).GetString()!)];
}
