using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Faultline.Reporting.Html;

/// <summary>The fixed parts of a page, which are resources of this assembly: sources in Page/, and plotly.js from its package.</summary>
internal static partial class PageParts
{
    /// <summary>In the order in which they are run: each uses what stands before it.</summary>
    private static readonly string[] s_scripts = ["base.js", "table.js", "chart.js", "verdict.js", "timeline.js", "flame.js", "sites.js", "heap.js", "rest.js", "main.js"];

    /// <summary>The template, cut at its holes; these are parts of their own, "{{name}}".</summary>
    public static IReadOnlyList<string> Template { get; } = Hole().Split(Read("page.html"));

    public static string Style { get; } = Read("style.css");

    /// <summary>plotly.js, whose licence stands at its head.</summary>
    public static string Charts { get; } = Read("plotly.js");

    public static string Script { get; } = $"(() => {{\n\"use strict\";\n{string.Concat(s_scripts.Select(Read))}}})();\n";

    /// <summary>Nothing may be loaded, and only these two scripts run: names that look like elements or handlers stay text.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; script-src '{Hash(Charts)}' '{Hash(Script)}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

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
