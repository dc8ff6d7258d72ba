using System.Text.Encodings.Web;
using System.Text.Json;

namespace Faultline.Reporting;

/// <summary>A comparison for machines: all sites that changed, every number before, after and by how much.</summary>
public static class CostDiffJson
{
    public const int SchemaVersion = 1;

    public static void Write(CostDiff diff, Stream stream)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("schema", SchemaVersion);
        json.WriteString("before", diff.Before.Name);
        json.WriteString("after", diff.After.Name);
        json.WriteStartObject("totals");
        Rows(json, diff.Totals);
        json.WriteEndObject();
        json.WriteNumber("sameSites", diff.Same);
        json.WriteStartArray("sites");
        foreach (DiffSite site in diff.Sites)
        {
            json.WriteStartObject();
            json.WriteString("state", JsonNamingPolicy.CamelCase.ConvertName(site.State.ToString()));
            json.WriteString("key", site.Key);
            JsonSites.Names(json, site.Site);
            Rows(json, site.Rows);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Rows(Utf8JsonWriter json, IReadOnlyList<DiffRow> rows)
    {
        foreach (DiffRow row in rows)
        {
            json.WriteStartObject(row.Name);
            Value(json, "before", row.Before);
            Value(json, "after", row.After);
            Value(json, "delta", row.Delta);
            json.WriteEndObject();
        }
    }

    private static void Value(Utf8JsonWriter json, string name, double? value)
    {
        if (value is not { } number)
            json.WriteNull(name);
        else if (number == Math.Floor(number))
            json.WriteNumber(name, (long)number);
        else
            json.WriteNumber(name, Math.Round(number, 6));
    }
}
