using Faultline.Browser.Tests.Support;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Browser.Tests;

/// <summary>A trace in which every name is markup, as a page: nothing of it is run, loaded or made an element, with the page's policy and without it.</summary>
[Collection(nameof(Pages))]
public class InjectionTests(Pages pages)
{
    private const string Image = "<img src=x onerror=alert(1)>";
    private const string Script = "</script><script>alert(2)</script>";
    private const string Evil = Image + Script + "<!--<svg onload=alert(3)><b>\"'`&lt;{{data}}";

    [BrowserTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_do_no_harm(bool withoutPolicy)
    {
        string page = MakePage();
        await using OpenPage opened = await pages.OpenAsync(page, withoutPolicy: withoutPolicy);
        await opened.AskAsync<bool>("() => { document.querySelectorAll('details').forEach(d => { d.open = true; }); document.querySelectorAll('#sites tbody button, #leaks tbody button').forEach(b => b.click()); return true; }");
        await opened.DrawAllAsync();
        foreach (string chart in (string[])["#flame", "#heap", "#timeline"])
            await opened.Page.Locator($"{chart} .chart").First.HoverAsync();
        await opened.Page.Locator("#flame tbody button").First.ClickAsync();
        Assert.Empty(opened.Troubles);
        Assert.Equal(0, await opened.AskAsync<int>("() => document.querySelectorAll('img, svg[onload], [onerror], main b:not(svg *)').length"));
        Assert.Equal(3, await opened.AskAsync<int>("() => document.scripts.length"));
        Assert.Equal(Evil, await opened.AskAsync<string>("() => document.getElementById('title').textContent"));
        Assert.Equal(Evil, await opened.AskAsync<string>("() => document.title"));
        Assert.Contains(Image, await opened.Page.Locator("#sites").TextContentAsync());
        Assert.Contains(Script, await opened.Page.Locator("#flame tbody").TextContentAsync());
    }

    [BrowserFact]
    public async Task The_policy_lets_nothing_in_or_out()
    {
        await using OpenPage opened = await pages.OpenAsync(MakePage());
        string outcome = await opened.AskAsync<string>("""
            async () => {
              const script = document.createElement("script"); script.textContent = "window.ran = true"; document.body.append(script);
              const answer = await fetch("http://localhost:9/").then(() => "answered", () => "refused");
              return `${answer} ${window.ran ?? false}`;
            }
            """);
        Assert.Equal("refused False", outcome, ignoreCase: true);
        Assert.Contains(opened.Troubles, trouble => trouble.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    private string MakePage()
    {
        string trace = Path.Combine(pages.Folder, "evil.fltrace"), page = Path.Combine(pages.Folder, "evil.html");
        using (TraceWriter writer = TraceWriter.Create(trace, new TraceMetadata { Program = Evil, Touches = TouchKnowledge.Declared }, overwrite: true))
        {
            writer.AddSites([new CallSite(1, Evil, Evil, Evil, Evil, "/src/" + Evil, 7), new CallSite(2, Image, Script, Image, Script, null, 0)]);
            for (uint i = 1; i <= 400; i++)
            {
                TraceEvent e = new() { Kind = TraceEventKind.Malloc, Site = (int)(i % 2) + 1, Address = 0x10000 + i * 0x10000, Size = 5000, Time = i * 2 };
                writer.Append(e);
                writer.Append(e with { Kind = TraceEventKind.Write, Time = i * 2 + 1 });
            }
        }

        Tool.Run("report", trace, "--output", page, "--force", "--title", Evil);
        return page;
    }
}
