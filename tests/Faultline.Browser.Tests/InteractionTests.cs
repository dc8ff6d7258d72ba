using Faultline.Browser.Tests.Support;
using Microsoft.Playwright;

namespace Faultline.Browser.Tests;

/// <summary>What can be clicked, typed and hovered; all of it by keyboard too.</summary>
[Collection(nameof(Pages))]
public class InteractionTests(Pages pages)
{
    [BrowserFact]
    public async Task The_metric_switch_draws_another_graph()
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf("LeakyCache"));
        const string values = "() => document.querySelector('#flame .chart').data[0].values.join()";
        HashSet<string> seen = [await opened.AskAsync<string>(values)];
        foreach (string metric in (string[])["Resident", "Faults", "Leaked"])
        {
            await opened.Page.GetByLabel(metric, new() { Exact = true }).CheckAsync();
            Assert.Contains($"{metric}:", await opened.Page.Locator("#flame").TextContentAsync());
            Assert.True(seen.Add(await opened.AskAsync<string>(values)), metric);
        }

        await opened.Page.GetByLabel("icicle").CheckAsync();
        Assert.Equal("", await opened.AskAsync<string>("() => document.querySelector('#flame .chart').data[0].tiling.flip"));
        await opened.Page.Locator("#flame tbody button").First.ClickAsync();
        Assert.Equal("LeakyCache", await opened.Page.Locator("#flame .crumbs strong").TextContentAsync());
        Assert.Empty(opened.Troubles);
    }

    [BrowserFact]
    public async Task Without_leaks_the_leaked_metric_says_so()
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf("ChurningReader"));
        await opened.Page.GetByLabel("Leaked", new() { Exact = true }).CheckAsync();
        Assert.Contains("Nothing leaked", await opened.Page.Locator("#flame").TextContentAsync());
        Assert.Contains("Every block was freed.", await opened.Page.Locator("#leaks").TextContentAsync());
    }

    [BrowserFact]
    public async Task Sites_are_sorted_filtered_and_opened()
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf("FragmentedIndex"));
        ILocator table = opened.Page.Locator("#sites"), heads = table.Locator("th"), first = table.Locator("tbody tr").First;
        await heads.Filter(new() { HasText = "blocks" }).Locator("button").ClickAsync();
        Assert.Equal("descending", await heads.Filter(new() { HasText = "blocks" }).GetAttributeAsync("aria-sort"));
        Assert.Contains("InvertedIndex.cs", await first.TextContentAsync());
        await heads.Filter(new() { HasText = "blocks" }).Locator("button").ClickAsync();
        Assert.Equal("ascending", await heads.Filter(new() { HasText = "blocks" }).GetAttributeAsync("aria-sort"));
        int all = await table.Locator("tbody tr").CountAsync();
        await table.Locator("input").FillAsync("SortRuns");
        Assert.InRange(await table.Locator("tbody tr").CountAsync(), 1, all - 1);
        Assert.All(await table.Locator("tbody tr td:first-child").AllTextContentsAsync(), text => Assert.Contains("SortRuns", text));
        await table.Locator("input").FillAsync("Alloc");
        await table.Locator("tbody button").First.ClickAsync();
        Assert.Equal("true", await table.Locator("tbody button").First.GetAttributeAsync("aria-expanded"));
        Assert.Contains("Blocks by size", await table.TextContentAsync());
        Assert.True(await table.Locator(".chart .point").CountAsync() > 0);
        Assert.Empty(opened.Troubles);
    }

    [BrowserFact]
    public async Task Hover_says_what_lies_there()
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf("FragmentedIndex"));
        async Task<string> HoverAsync(string chart, double x, double y)
        {
            ILocator place = opened.Page.Locator($"{chart} .chart").First;
            await place.ScrollIntoViewIfNeededAsync();
            LocatorBoundingBoxResult box = (await place.BoundingBoxAsync())!;
            await opened.Page.Mouse.MoveAsync((float)(box.X + box.Width * x), (float)(box.Y + Math.Min(box.Height, 700) * y));
            await opened.Page.Mouse.MoveAsync((float)(box.X + box.Width * x + 2), (float)(box.Y + Math.Min(box.Height, 700) * y + 1));
            await place.Locator(".hoverlayer .hovertext").First.WaitForAsync(new() { Timeout = 10_000 });
            return (await place.Locator(".hoverlayer").First.TextContentAsync())!;
        }

        Assert.Matches("brk heap, page .* at 0x", await HoverAsync("#heap", .4, .3));
        Assert.Matches("event [0-9,]+", await HoverAsync("#timeline", .5, .18));
        Assert.Contains("unusable", await HoverAsync("#buddy", .5, .3));
        Assert.Empty(opened.Troubles);
    }

    [BrowserFact]
    public async Task Arrow_keys_walk_over_the_heap_and_the_legend_shows_one_class()
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf("FragmentedIndex"));
        ILocator map = opened.Page.Locator("#heap .chart"), readout = opened.Page.Locator("#heap .readout");
        await map.FocusAsync();
        await opened.Page.Keyboard.PressAsync("ArrowRight");
        Assert.Contains("brk heap, page 1 at", await readout.TextContentAsync());
        await opened.Page.Keyboard.PressAsync("ArrowDown");
        Assert.Contains("page 113 at", await readout.TextContentAsync());
        await opened.Page.Keyboard.PressAsync("Home");
        Assert.Contains("page 0 at", await readout.TextContentAsync());
        ILocator stranded = opened.Page.Locator("#heap .legend button").Filter(new() { HasText = "stranded" });
        await stranded.PressAsync("Enter");
        Assert.Equal("true", await stranded.GetAttributeAsync("aria-pressed"));
        await opened.Page.Locator("#heap").GetByLabel("at the end").CheckAsync();
        Assert.Contains("At the end", await opened.Page.Locator("#heap").TextContentAsync());
        Assert.Empty(opened.Troubles);
    }

    /// <summary>Tab alone reaches every button, link, field and opener, and what has the focus shows it.</summary>
    [BrowserFact]
    public async Task Tab_reaches_everything()
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf("LeakyCache"));
        int wanted = await opened.AskAsync<int>("""
            () => {
              const all = [...document.querySelectorAll("a[href], button, select, input, summary, [tabindex='0']")].filter(e => e.getClientRects().length > 0 && !(e.type === "radio" && !e.checked));
              all.forEach(e => { e.wanted = true; });
              window.reached = new Set(); window.unseen = [];
              document.addEventListener("focusin", e => {
                if (!e.target.wanted) return;
                window.reached.add(e.target);
                const ring = e.target.type === "radio" ? e.target.parentElement : e.target;
                if (getComputedStyle(ring).outlineStyle === "none") window.unseen.push(e.target.outerHTML.slice(0, 120));
              });
              return all.length;
            }
            """);
        Assert.True(wanted > 60, $"{wanted} places");
        for (int i = 0; i < wanted + 20; i++)
            await opened.Page.Keyboard.PressAsync("Tab");
        Assert.Empty(await opened.AskAsync<string[]>("() => [...document.querySelectorAll('*')].filter(e => e.wanted && !window.reached.has(e)).map(e => e.outerHTML.slice(0, 120))"));
        Assert.Empty(await opened.AskAsync<string[]>("() => window.unseen"));
    }

    [BrowserFact]
    public async Task The_theme_follows_the_system_while_the_page_is_open()
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf("ImagePipeline"));
        const string line = "() => document.querySelector('#timeline .chart').data.find(trace => trace.name === 'in memory (RES)').line.color";
        string light = await opened.AskAsync<string>(line);
        await opened.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await opened.Page.WaitForFunctionAsync($"light => ({line})() !== light", light, new() { Timeout = 10_000 });
        Assert.NotEqual("rgb(244, 246, 248)", await opened.AskAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
        Assert.Empty(opened.Troubles);
    }
}
