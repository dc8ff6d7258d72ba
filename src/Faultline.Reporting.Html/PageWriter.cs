using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Faultline.Reporting.Html;

// The page is a template with four holes, filled in one pass:
//
//   Content-Security-Policy   nothing from the network, and no script but the two below, by their hashes
//   style.css                 as it is
//   data                      JSON in an element that no browser runs; < > & ' are escaped, so no name can end it
//   plotly.js, the page's js  as they are; the page reads the data and makes elements by textContent

/// <summary>Puts a page's data and its fixed parts into one file that needs nothing else: no network, no server.</summary>
internal static class PageWriter
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // All letters as they are; <, >, &, ' and " are escaped whatever the range.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    /// <summary>A recorded program is a command line: its first word, without folders.</summary>
    public static string ProgramOf(string program) => program.Split(' ', 2)[0].TrimEnd('/') is { Length: > 0 } name ? Path.GetFileName(name) : program;

    /// <summary>Writes UTF-8.</summary>
    public static void Write(PageParts parts, string title, object data, Regex? confidential, Stream output)
    {
        string json = JsonSerializer.Serialize(data, s_json);
        if (confidential != null)
        {
            Masking masking = new(confidential);
            title = masking.Text(title);
            json = masking.Node(JsonNode.Parse(json))!.ToJsonString(s_json);
        }

        using StreamWriter writer = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16, leaveOpen: true);
        foreach (string part in PageParts.Template)
            writer.Write(part switch
            {
                "{{policy}}" => parts.Policy,
                "{{title}}" => HtmlEncoder.Default.Encode(title),
                "{{style}}" => PageParts.Style,
                "{{data}}" => json,
                "{{charts}}" => PageParts.Charts,
                "{{script}}" => parts.Script,
                _ => part,
            });
    }
}
