using System.Text.Json;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Faultline.Browser.Tests.Support;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Microsoft.Playwright;

namespace Faultline.Browser.Tests;

/// <summary>The page of <c>faultline diff --html</c>: the chart and the table follow the figure that is chosen; keyboard, width, contrast, names that look like markup.</summary>
[Collection(nameof(Pages))]
public class ComparisonPageTests(Pages pages)
{
    private const string Evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>";

    [BrowserTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_runs_are_shown_beside_each_other(bool dark)
    {
        await using OpenPage opened = await pages.OpenAsync(MakePage(), dark, withoutPolicy: true);
        ILocator differences = opened.Page.Locator("#differences"), body = differences.Locator("tbody").First;
        Assert.Equal("verdict differences settings", string.Join(' ', await opened.AskAsync<string[]>("() => [...document.querySelectorAll('main > section')].map(section => section.id)")));
        Assert.Contains("What got worse", await opened.Page.Locator("#verdict").TextContentAsync());
        Assert.Equal("3 3", string.Join(' ', await opened.AskAsync<int[]>(BarsAndRows)));
        await differences.GetByLabel("live bytes", new() { Exact = true }).FocusAsync();
        await opened.Page.Keyboard.PressAsync("Space");
        await opened.Page.WaitForFunctionAsync($"() => ({BarsAndRows})()[0] === 2", null, new() { Timeout = 10_000 });
        Assert.Contains(Evil, await body.Locator("tr").First.TextContentAsync());
        Assert.Contains("+488 KiB", await body.Locator("tr").First.TextContentAsync());
        await differences.GetByLabel("mapped blocks", new() { Exact = true }).CheckAsync();
        Assert.Contains("No site differs in mapped blocks.", await differences.TextContentAsync());
        await differences.GetByLabel("page faults", new() { Exact = true }).CheckAsync();
        await differences.Locator("th button").Filter(new() { HasText = "before" }).ClickAsync();
        Assert.Contains("Away.Run", await body.Locator("tr").First.TextContentAsync());
        await differences.Locator("input[type=search]").FillAsync("Made");
        Assert.Equal(1, await body.Locator("tr").CountAsync());
        await body.Locator("button").PressAsync("Enter");
        Assert.Contains("mapped blocks", await body.TextContentAsync());
        Assert.Equal(0, await opened.AskAsync<int>("() => document.querySelectorAll('img, [onerror]').length"));
        Assert.Empty(opened.Troubles);
        AxeResult result = await opened.Page.RunAxe(new AxeRunOptions { RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] } });
        Assert.Contains(result.Passes, pass => pass.Id == "color-contrast");
        Assert.True(result.Violations.Length == 0, string.Join('\n', result.Violations.SelectMany(v => v.Nodes.Take(4).Select(node => $"{v.Id}: {node.Html}"))));
    }

    [BrowserFact]
    public async Task It_fits_a_phone_and_loads_nothing()
    {
        await using OpenPage opened = await pages.OpenAsync(MakePage(), width: 390);
        Assert.InRange(await opened.AskAsync<int>("() => document.documentElement.scrollWidth"), 1, 390);
        Assert.Empty(opened.Troubles);
    }

    private const string BarsAndRows = """
        () => [document.querySelector('#differences .chart').data.reduce((sum, trace) => sum + trace.x.length, 0), document.querySelectorAll('#differences table tbody tr').length]
        """;

    /// <summary>One site leaks 100 blocks more, one is gone, one is new, one did the same.</summary>
    private string MakePage()
    {
        const int evil = 1, gone = 2, kept = 3, made = 4;
        string before = Trace("before", (kept, 20, 20), (evil, 100, 100), (gone, 200, 200)), after = Trace("after", (kept, 20, 20), (evil, 150, 50), (made, 10, 5));
        string page = Path.Combine(pages.Folder, "diff.html");
        Tool.Run("diff", before, after, "--html", "--output", page, "--force", "--title", Evil);
        return page;
    }

    /// <summary>Each site allocates and touches blocks of 5,000 bytes; in the end it frees some.</summary>
    private string Trace(string name, params (int Site, int Blocks, int Freed)[] work)
    {
        string path = Path.Combine(pages.Folder, name + ".fltrace");
        using TraceWriter writer = TraceWriter.Create(path, new TraceMetadata { Program = "App.dll", Touches = TouchKnowledge.Declared }, overwrite: true);
        writer.AddSites([new CallSite(1, "App", Evil, Evil, "malloc", "/src/" + Evil, 7), new(2, "App", "Gone.Away", "Run", "malloc", null, 0), new(3, "App", "Kept.Same", "Run", "malloc", null, 0), new(4, "App", "Made.New", "Run", "malloc", null, 0)]);
        ulong time = 0;
        TraceEvent Of(TraceEventKind kind, int site, int block) => new() { Kind = kind, Site = site, Address = (ulong)((site * 1000 + block) * 0x10000), Time = ++time };
        foreach ((int site, int blocks, _) in work)
            for (int block = 0; block < blocks; block++)
            {
                writer.Append(Of(TraceEventKind.Malloc, site, block) with { Size = 5000 });
                writer.Append(Of(TraceEventKind.Write, site, block) with { Size = 5000 });
            }

        foreach ((int site, _, int freed) in work)
            for (int block = 0; block < freed; block++)
                writer.Append(Of(TraceEventKind.Free, site, block));
        return path;
    }
}
