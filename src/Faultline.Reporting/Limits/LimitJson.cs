using System.Text.Encodings.Web;
using System.Text.Json;

namespace Faultline.Reporting;

/// <summary>Checked limits for machines.</summary>
public static class LimitJson
{
    public const int SchemaVersion = 1;

    public static void Write(CostResult result, IReadOnlyList<LimitCheck> checks, Stream stream)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("schema", SchemaVersion);
        json.WriteString("result", result.Name);
        json.WriteString("program", result.Program);
        json.WriteNumber("breached", checks.Count(check => check.IsBreached));
        json.WriteStartArray("checks");
        foreach (LimitCheck check in checks)
        {
            json.WriteStartObject();
            json.WriteString("limit", check.Name);
            json.WriteString("ruleId", check.RuleId);
            json.WriteBoolean("breached", check.IsBreached);
            json.WriteString("unit", JsonNamingPolicy.CamelCase.ConvertName(check.Unit.ToString()));
            Number(json, "actual", check.Actual);
            Number(json, "allowed", check.Allowed);
            if (check.Baseline is { } baseline)
                Number(json, "baseline", baseline);
            else
                json.WriteNull("baseline");
            Number(json, "over", Math.Max(0, check.Actual - check.Allowed));
            json.WriteString("text", check.Text);
            json.WriteStartArray("sites");
            foreach (SiteShare site in check.Sites)
            {
                json.WriteStartObject();
                json.WriteString("key", site.Key);
                JsonSites.Names(json, site.Site);
                json.WriteString("text", site.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (value == Math.Floor(value))
            json.WriteNumber(name, (long)value);
        else
            json.WriteNumber(name, Math.Round(value, 6));
    }
}
