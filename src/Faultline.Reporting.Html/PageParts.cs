using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Faultline.Reporting.Html;

/// <summary>The fixed parts of a page, which are resources of this assembly: sources in Page/, and plotly.js from its package.</summary>
internal sealed partial class PageParts
{
    /// <summary>The template, cut at its holes; these are parts of their own, "{{name}}".</summary>
    public static readonly IReadOnlyList<string> Template = Hole().Split(Read("page.html"));

    public static readonly string Style = Read("style.css");

    /// <summary>plotly.js, whose licence stands at its head.</summary>
    public static readonly string Charts = Read("plotly.js");

    private static readonly string s_hashOfCharts = Hash(Charts);

    /// <summary>Of one run.</summary>
    public static readonly PageParts OfReport = new("base.js", "table.js", "chart.js", "verdict.js", "timeline.js", "flame.js", "sites.js", "heap.js", "rest.js", "report.js", "main.js");

    /// <summary>Of two runs beside each other.</summary>
    public static readonly PageParts OfComparison = new("base.js", "table.js", "chart.js", "differences.js", "comparison.js", "main.js");

    /// <param name="scripts">In the order in which they are run: each uses what stands before it.</param>
    private PageParts(params string[] scripts)
    {
        Script = $"(() => {{\n\"use strict\";\n{string.Concat(scripts.Select(Read))}}})();\n";
        Policy = $"default-src 'none'; script-src '{s_hashOfCharts}' '{Hash(Script)}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
    }

    public string Script { get; }

    /// <summary>Nothing may be loaded, and only these two scripts run: names that look like elements or handlers stay text.</summary>
    public string Policy { get; }

    private static string Hash(string script) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}";

    /// <summary>Browsers take CR LF for LF before they hash.</summary>
    private static string Read(string name)
    {
        using Stream stream = typeof(PageParts).Assembly.GetManifestResourceStream($"Page/{name}") ?? throw new InvalidOperationException($"no resource Page/{name}");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"(\{\{\w+\}\})")]
    private static partial Regex Hole();
}
