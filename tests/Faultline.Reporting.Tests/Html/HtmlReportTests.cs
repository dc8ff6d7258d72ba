using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Faultline.Reporting.Html;
using Faultline.Tracing.Session;

namespace Faultline.Reporting.Tests.Html;

/// <summary>The page as a file: complete, the same each time, harmless, small. What it does in a browser is tested in Faultline.Browser.Tests.</summary>
public class HtmlReportTests
{
    private const string Evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{policy}}&amp;\u2028";

    private static readonly Lazy<Report> s_pinning = new(() => InspectedTraces.Of(InspectedTraces.Pinning));

    public static TheoryData<string> Names => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_report_has_a_page_without_pictures_too(string name)
    {
        string page = InspectedTraces.Page(Scenarios.All[name].Report);
        PageForm.Check(page);
        using JsonDocument data = JsonDocument.Parse(PageForm.DataOf(page));
        Assert.Equal(JsonValueKind.Null, data.RootElement.GetProperty("timeline").ValueKind);
    }

    [Fact]
    public void The_same_report_gives_the_same_bytes()
    {
        string page = InspectedTraces.Page(s_pinning.Value);
        Assert.Equal(page, InspectedTraces.Page(InspectedTraces.Of(InspectedTraces.Pinning)));
        PageForm.Check(page);
    }

    [Fact]
    public void The_policy_allows_the_two_scripts_of_the_page_and_nothing_else()
    {
        string page = InspectedTraces.Page(s_pinning.Value);
        PageForm.CheckPolicy(page);
    }

    [Fact]
    public void Names_that_look_like_markup_stay_data()
    {
        Scenarios.Scenario leaky = Scenarios.All["leaky"];
        SiteTable evil = new(leaky.Sites.Sites.Select(site => site with { Method = Evil, Type = Evil, Assembly = Evil, File = "/src/" + Evil, Api = Evil }));
        Report report = ReportBuilder.Build(leaky.Session with { Notes = [new("threads", Evil)] }, evil, leaky.Run with { Program = Evil, Target = Evil }, leaky.Routing);
        string page = InspectedTraces.Page(report, new HtmlOptions { Title = Evil });
        PageForm.Check(page);
        Assert.DoesNotContain("<img", page[..page.IndexOf("<script>", StringComparison.Ordinal)]);
        using JsonDocument data = JsonDocument.Parse(PageForm.DataOf(page));
        Assert.Equal(Evil, data.RootElement.GetProperty("title").GetString());
        Assert.Contains(data.RootElement.GetProperty("sites").GetProperty("rows").EnumerateArray(), site => site.GetProperty("method").GetString() == Evil);
    }

    [Fact]
    public void Confidential_names_are_nowhere_in_the_page()
    {
        Scenarios.Scenario leaky = Scenarios.All["leaky"];
        SiteTable sites = new(leaky.Sites.Sites.Select(site => site with { Type = "Contoso.Ledger." + site.ShortType, Assembly = "Contoso.Ledger", File = "/home/me/Contoso/Ledger.cs" }));
        Report report = ReportBuilder.Build(leaky.Session, sites, leaky.Run with { Program = "Contoso.Ledger.dll" }, leaky.Routing);
        Assert.Contains("Contoso", InspectedTraces.Page(report));
        string page = InspectedTraces.Page(report, new HtmlOptions { Confidential = HtmlOptions.ParseConfidential("Contoso|Ledger") });
        PageForm.Check(page);
        Assert.DoesNotContain("Contoso", page);
        Assert.DoesNotContain("Ledger", page);
        Assert.Contains("name-1", page);
    }

    [Theory]
    [InlineData("(")]
    [InlineData(@"(a)\1")]
    [InlineData("x*")]
    public void A_pattern_that_cannot_be_used_is_refused(string pattern) => Assert.ThrowsAny<ArgumentException>(() => HtmlOptions.ParseConfidential(pattern));

    /// <summary>A file of the test's own, so that the lines are known.</summary>
    [Fact]
    public void Source_is_shown_around_the_line_unless_it_is_left_out()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "shown-source.cs");
        File.WriteAllLines(file, Enumerable.Range(1, 9).Select(line => $"line {line} of it();"));
        Scenarios.Scenario leaky = Scenarios.All["leaky"];
        SiteTable At(string path) => new(leaky.Sites.Sites.Select(site => site with { File = path, Line = 5 }));
        Report Of(string path) => ReportBuilder.Build(leaky.Session, At(path), leaky.Run, leaky.Routing);
        Assert.Contains("line 5 of it();", InspectedTraces.Page(Of(file)));
        Assert.DoesNotContain("line 1 of it();", InspectedTraces.Page(Of(file)));
        Assert.DoesNotContain("line 5 of it();", InspectedTraces.Page(Of(file), new HtmlOptions { IncludesSource = false }));
        File.Move(file, Path.ChangeExtension(file, ".passwd"), overwrite: true);
        Assert.DoesNotContain("line 5 of it();", InspectedTraces.Page(Of(Path.ChangeExtension(file, ".passwd"))));
    }

    /// <summary>Whatever the trace, tables and maps are bounded: this one has more pages than cells, and every kind of row.</summary>
    [Theory]
    [InlineData("fragmentation", 60_000)]
    [InlineData("trim", 20_000)]
    [InlineData("threads", 40_000)]
    public void The_page_stays_under_eight_megabytes(string profile, int operations)
    {
        string page = InspectedTraces.Page(InspectedTraces.Of(InspectedTraces.Generated(profile, operations)));
        PageForm.Check(page);
        Assert.InRange(PageForm.DataOf(page).Length, 10_000, 3_000_000);
        Assert.InRange(Encoding.UTF8.GetByteCount(page), 5_000_000, 8_000_000);
    }

    [Fact]
    public void The_sections_data_is_what_the_replay_saw()
    {
        using JsonDocument document = JsonDocument.Parse(PageForm.DataOf(InspectedTraces.Page(s_pinning.Value)));
        JsonElement data = document.RootElement, time = data.GetProperty("timeline");
        ulong Sum(JsonElement column) => column.EnumerateArray().Aggregate(0UL, (sum, value) => sum + value.GetUInt64());
        Assert.Equal(s_pinning.Value.Totals.Process!.MinorFaults, Sum(time.GetProperty("faults")));
        Assert.Equal(s_pinning.Value.SystemCalls!.Brk, Sum(time.GetProperty("brk")));
        Assert.Equal(s_pinning.Value.SystemCalls.Mmap, Sum(time.GetProperty("mmap")));
        JsonElement site = data.GetProperty("sites").GetProperty("rows")[0];
        Assert.Equal(site.GetProperty("blocks").GetUInt64(), site.GetProperty("sizes").EnumerateArray().Skip(1).Aggregate(0UL, (sum, n) => sum + n.GetUInt64()));
        foreach (JsonElement map in data.GetProperty("maps").EnumerateArray())
            Assert.Equal(Sum(map.GetProperty("pages")) - map.GetProperty("pagesLeftOut").GetUInt64(), map.GetProperty("areas").EnumerateArray().Aggregate(0UL, (sum, area) => sum + area.GetProperty("pages").GetUInt64()));
        Assert.Contains(data.GetProperty("proc").EnumerateArray(), file => file.GetProperty("path").GetString() == "/proc/buddyinfo");
        Assert.Equal("Pins the heap: keep these blocks away from short-lived ones", data.GetProperty("advice")[0].GetProperty("title").GetString());
    }
}
