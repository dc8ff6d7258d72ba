using System.Text.Encodings.Web;
using System.Text.Json;

namespace Faultline.Reporting.Views;

// The machine's form of the views. Additive, as the report's JSON is: readers ignore names that they do not know.

/// <summary>Writes a view as one JSON object: what the terminal shows, cut off as asked. Unknown values are null.</summary>
public static class ViewJson
{
    public const int SchemaVersion = 1;

    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Summary(CostView view, int top, Stream stream) => Write("summary", view, stream, json =>
    {
        json.WriteStartObject("totals");
        JsonSites.Amounts(json, view.Totals, pagesKnown: view.Process is { ResidentPages: not null });
        json.WriteEndObject();
        json.WriteStartObject("process");
        Optional(json, "minorFaults", view.Process?.MinorFaults);
        Optional(json, "majorFaults", view.Process?.MajorFaults);
        Optional(json, "residentPages", view.Process?.ResidentPages);
        Optional(json, "peakResidentPages", view.Process?.PeakResidentPages);
        json.WriteEndObject();
        json.WriteNumber("findings", view.Wrong?.Count ?? 0);
        json.WriteString("next", view.Next);
        Sites(json, view.Sites.Take(top), site => json.WriteString("verdict", SummaryLines.VerdictOf(site, view)));
    });

    public static void Table(CostView view, SiteRows rows, Stream stream) => Write("table", view, stream, json =>
    {
        json.WriteNumber("sitesInAll", rows.All);
        Sites(json, rows.Sites, site => Temporary(json, view, site));
    });

    public static void Temporary(CostView view, SiteRows rows, ulong within, Stream stream) => Write("temporary", view, stream, json =>
    {
        json.WriteNumber("within", within);
        json.WriteNumber("sitesInAll", rows.All);
        Sites(json, rows.Sites, site => Temporary(json, view, site));
    });

    /// <summary>Nodes from the root down, each before its children: <c>depth</c> tells whose child a node is.</summary>
    public static void Tree(CostView view, CallTree tree, Stream stream) => Write("tree", view, stream, json =>
    {
        json.WriteString("metric", tree.Metric.Name);
        json.WriteString("unit", tree.Metric.IsBytes ? "bytes" : "count");
        json.WriteString("stacks", view.Stacks is { } stacks ? stacks.Sampling.ToString() : "off");
        json.WriteStartArray("nodes");
        Node(json, tree.Root, 0);
        json.WriteEndArray();
    });

    private static void Write(string kind, CostView view, Stream stream, Action<Utf8JsonWriter> content)
    {
        using Utf8JsonWriter json = new(stream, s_options);
        json.WriteStartObject();
        json.WriteNumber("schema", SchemaVersion);
        json.WriteString("view", kind);
        json.WriteBoolean("simulated", true);
        json.WriteString("program", view.Program);
        json.WriteString("origin", view.Origin);
        json.WriteString("damage", view.Damage);
        content(json);
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Sites(Utf8JsonWriter json, IEnumerable<SiteView> sites, Action<SiteView> more)
    {
        json.WriteStartArray("sites");
        foreach (SiteView site in sites)
        {
            json.WriteStartObject();
            JsonSites.Names(json, site.Site);
            JsonSites.Amounts(json, site.Amounts, site.PagesKnown);
            more(site);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Temporary(Utf8JsonWriter json, CostView view, SiteView site)
    {
        Optional(json, "temporaryBlocks", view.KnowsTemporary ? site.TemporaryBlocks : null);
        Optional(json, "temporaryBytes", view.KnowsTemporary ? site.TemporaryBytes : null);
    }

    private static void Node(Utf8JsonWriter json, CallTreeNode node, int depth)
    {
        json.WriteStartObject();
        json.WriteNumber("depth", depth);
        json.WriteString("name", node.Name);
        json.WriteNumber("value", Math.Round(node.Value));
        json.WriteNumber("share", node.Share);
        json.WriteEndObject();
        foreach (CallTreeNode child in node.Children)
            Node(json, child, depth + 1);
    }

    private static void Optional(Utf8JsonWriter json, string name, ulong? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
