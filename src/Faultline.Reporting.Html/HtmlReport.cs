using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Faultline.Reporting.Html;

// The page is a template with four holes, filled in one pass:
//
//   Content-Security-Policy   nothing from the network, and no script but the two below, by their hashes
//   style.css                 as it is
//   data                      JSON in an element that no browser runs; < > & ' are escaped, so no name can end it
//   plotly.js, the page's js  as they are; the page reads the data and makes elements by textContent

/// <summary>A report as one HTML file that needs nothing else: no network, no server. The same report gives the same bytes.</summary>
public static class HtmlReport
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // All letters as they are; <, >, &, ' and " are escaped whatever the range.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    /// <summary>A recorded program is a command line: its first word, without folders.</summary>
    private static string ProgramOf(Report report)
        => report.Program.Name.Split(' ', 2)[0].TrimEnd('/') is { Length: > 0 } program ? Path.GetFileName(program) : report.Program.Name;

    /// <summary>Writes UTF-8.</summary>
    public static void Write(Report report, HtmlOptions options, Stream output)
    {
        string title = options.Title ?? ProgramOf(report);
        object data = HtmlData.Of(report, options, title);
        string json = JsonSerializer.Serialize(data, s_json);
        if (options.Confidential is { } pattern)
        {
            Masking masking = new(pattern);
            title = masking.Text(title);
            json = masking.Node(JsonNode.Parse(json))!.ToJsonString(s_json);
        }

        using StreamWriter writer = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16, leaveOpen: true);
        foreach (string part in PageParts.Template)
            writer.Write(part switch
            {
                "{{policy}}" => PageParts.Policy,
                "{{title}}" => HtmlEncoder.Default.Encode(title),
                "{{style}}" => PageParts.Style,
                "{{data}}" => json,
                "{{charts}}" => PageParts.Charts,
                "{{script}}" => PageParts.Script,
                _ => part,
            });
    }
}
