using System.Text.Encodings.Web;
using System.Text.Json;

namespace Faultline.Reporting;

// The machine's form of a report. The schema is additive: a name, once written, keeps its meaning and its unit, and readers ignore
// names they do not know. SchemaVersion goes up only if that promise must be broken. The README lists the names.

/// <summary>Writes a report as one JSON object. Bytes and pages say so in their names; unknown values are null.</summary>
public static class JsonReport
{
    public const int SchemaVersion = 1;

    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        // Paths and generic type names stay readable: the text goes to files, not into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(Report report, Stream stream)
    {
        using Utf8JsonWriter json = new(stream, s_options);
        json.WriteStartObject();
        json.WriteNumber("schema", SchemaVersion);
        json.WriteBoolean("simulated", true);
        JsonRun.Program(json, report);
        JsonRun.Replay(json, report.Replay);
        JsonRun.Trace(json, report.Trace);
        JsonRun.Profile(json, report.Profile);
        JsonRun.Routing(json, report);
        JsonRun.Data(json, report.Data);
        JsonSites.Totals(json, report.Totals);
        JsonSites.Sites(json, report);
        JsonFindings.Write(json, report);
        JsonMemory.Heap(json, report.Heap);
        JsonMemory.Zones(json, report.Zones);
        JsonMemory.Calls(json, report.SystemCalls);
        JsonMemory.Processes(json, report.Processes);
        json.WriteString("next", report.Next);
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }
}
