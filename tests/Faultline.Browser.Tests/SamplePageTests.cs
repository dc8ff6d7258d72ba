using System.Text.Json;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Faultline.Browser.Tests.Support;

namespace Faultline.Browser.Tests;

/// <summary>The samples' pages: complete, quiet, readable.</summary>
[Collection(nameof(Pages))]
public class SamplePageTests(Pages pages)
{
    public static TheoryData<string> Samples => [.. Tool.Samples];

    [BrowserTheory]
    [MemberData(nameof(Samples))]
    public async Task It_opens_from_disk_without_an_error_or_a_request_and_every_chart_has_its_points(string sample)
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf(sample));
        JsonElement seen = await opened.AskAsync<JsonElement>("""
            () => {
              const data = JSON.parse(document.getElementById("data").textContent), of = id => [...document.querySelectorAll(`#${id} .chart`)].map(chart => chart.data);
              const trace = (id, name) => of(id)[0]?.find(trace => trace.name === name);
              return {
                sections: [...document.querySelectorAll("main > section")].map(section => section.id),
                points: data.timeline.event.length, drawn: ["in memory (RES)", "held by the program", "addresses (VIRT)", "faults per interval", "mmap calls", "brk calls"].map(name => trace("timeline", name)?.y.length),
                frames: data.flame.nodes.values[0].filter(value => value > 0).length, drawnFrames: of("flame")[0][0].ids.length, painted: document.querySelectorAll("#flame .slice").length,
                cells: data.maps[0].areas[0].classes.length, drawnCells: of("heap")[0][0].z.flat().filter(value => value !== null).length,
                zones: data.buddy.length * data.buddy[0].blocks.length, drawnZones: of("buddy")[0][0].z.flat().length,
                bars: of("verdict")[0].length, gap: data.gaps[0].parts.length, width: document.documentElement.scrollWidth,
              };
            }
            """);
        int Of(string name) => seen.GetProperty(name).GetInt32();
        Assert.Equal("verdict timeline flame sites heap buddy leaks proc settings", string.Join(' ', seen.GetProperty("sections").EnumerateArray().Select(id => id.GetString())));
        Assert.All(seen.GetProperty("drawn").EnumerateArray(), points => Assert.Equal(Of("points"), points.GetInt32()));
        Assert.True(Of("points") > 2);
        Assert.Equal(Of("frames"), Of("drawnFrames"));
        Assert.InRange(Of("painted"), 3, Of("frames"));
        Assert.Equal(Of("cells"), Of("drawnCells"));
        Assert.Equal(Of("zones"), Of("drawnZones"));
        Assert.Equal(Of("gap"), Of("bars"));
        Assert.InRange(Of("width"), 1, 1280);
        Assert.Empty(opened.Troubles);
    }

    [BrowserTheory]
    [MemberData(nameof(Samples))]
    public async Task It_fits_a_phone(string sample)
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf(sample), width: 390);
        Assert.InRange(await opened.AskAsync<int>("() => document.documentElement.scrollWidth"), 1, 390);
        Assert.Empty(opened.Troubles);
    }

    /// <summary>axe's rules for WCAG 2.1 A and AA, contrast among them, with all that opens opened. The two samples have between them every section filled and every kind of row; a run takes tens of seconds, so that each theme has one.</summary>
    [BrowserTheory]
    [InlineData("FragmentedIndex", true)]
    [InlineData("LeakyCache", false)]
    public async Task It_is_readable_in_both_themes(string sample, bool dark)
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf(sample), dark, withoutPolicy: true);
        await opened.AskAsync<bool>("() => { document.querySelectorAll('details').forEach((d, i) => { d.open = i < 12; }); document.querySelector('#sites tbody button')?.click(); return true; }");
        await opened.DrawAllAsync();
        AxeResult result = await opened.Page.RunAxe(new AxeRunOptions { RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] } });
        Assert.Contains(result.Passes, pass => pass.Id == "color-contrast");
        Assert.True(result.Violations.Length == 0, string.Join('\n', result.Violations.SelectMany(v => v.Nodes.Take(4).Select(node => $"{v.Id}: {node.Html} {string.Join(' ', node.Any.Select(check => check.Message))}"))));
    }

    /// <summary>Cells and lines that carry meaning reach 3:1 against what they lie on, or against the class next to them they have a word in the legend.</summary>
    [BrowserTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lines_and_cells_stand_out_from_their_panel(bool dark)
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf("FragmentedIndex"), dark);
        JsonElement ratios = await opened.AskAsync<JsonElement>("""
            () => {
              const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
              const light = name => {
                canvas.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
                canvas.fillRect(0, 0, 1, 1);
                const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
                return .2126 * r + .7152 * g + .0722 * b;
              };
              const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
              return Object.fromEntries(["live", "res", "virt", "faults", "calls", "calls2", "p3", "p4", "p6", "edge", "accent"].map(name => [name, ratio(name, "panel")]));
            }
            """);
        Assert.All(ratios.EnumerateObject().Where(ratio => ratio.Value.ValueKind == JsonValueKind.Number), ratio => Assert.True(ratio.Value.GetDouble() >= 3, $"{ratio.Name}: {ratio.Value.GetDouble():0.00}"));
    }

    /// <summary>Somebody who knows nothing of Faultline reads the first card.</summary>
    [BrowserTheory]
    [InlineData("FragmentedIndex", "Pins the heap", "InvertedIndex.cs:", "(Posting*)NativeMemory.Alloc", "resident memory")]
    [InlineData("ChurningReader", "Hoist the allocation out of the loop", "Program.cs:", "NativeMemory.AllocZeroed(WindowBytes)", "page faults")]
    [InlineData("LeakyCache", "look for a path around the free", "NativeCache.cs:", "NativeMemory.Alloc((nuint)value.Length)", "still allocated at the end")]
    public async Task The_first_card_names_the_line_to_change(string sample, string heading, string place, string source, string saving)
    {
        await using OpenPage opened = await pages.OpenAsync(pages.PathOf(sample));
        string[] card = await opened.AskAsync<string[]>("""
            () => { const card = document.querySelector(".advice > li"); return ["h4", ".where", ".here", ".saves"].map(part => card.querySelector(part).textContent); }
            """);
        Assert.Contains(heading, card[0]);
        Assert.Contains(place, card[1]);
        Assert.Contains(source, card[2]);
        Assert.Contains(saving, card[3]);
    }
}
