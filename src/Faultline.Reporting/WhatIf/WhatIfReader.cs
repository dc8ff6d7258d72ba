using System.Text.Json;

namespace Faultline.Reporting;

/// <summary>Reads what <c>whatif --json</c> wrote, for other reports to show.</summary>
public static class WhatIfReader
{
    /// <summary>Throws <see cref="FormatException"/> with one line where it is no such result, or one of a schema that is not known.</summary>
    public static WhatIfTable Read(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("rows", out JsonElement rows) || !root.TryGetProperty("schema", out JsonElement schema))
                throw new FormatException("it has no schema and rows: give what 'faultline whatif --json' wrote");
            if (schema.GetInt32() != WhatIfJson.SchemaVersion)
                throw new FormatException($"its schema is {schema.GetInt32()}, this version reads {WhatIfJson.SchemaVersion}");
            string trace = root.GetProperty("replay").GetProperty("trace").GetString() ?? "";
            string? toSet = root.GetProperty("best").ValueKind == JsonValueKind.Object ? root.GetProperty("best").GetProperty("environment").GetString() : null;
            return new(trace, root.GetProperty("bestBy").GetString() ?? "", toSet, [.. rows.EnumerateArray().Select(RowOf)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"it is no result of 'faultline whatif --json': {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static WhatIfTableRow RowOf(JsonElement row) => new(
        string.Join(' ', row.GetProperty("settings").EnumerateObject().Select(setting => $"{setting.Name}={setting.Value}")),
        row.GetProperty("baseline").GetBoolean(),
        row.GetProperty("best").GetBoolean(),
        row.GetProperty("peakRssBytes").GetUInt64(),
        row.GetProperty("endRssBytes").GetUInt64(),
        row.GetProperty("minorFaults").GetUInt64(),
        row.GetProperty("systemCalls").GetUInt64(),
        row.GetProperty("fragmentation").GetDouble(),
        row.GetProperty("kernelNanoseconds").GetDouble());
}
