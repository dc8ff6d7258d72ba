using System.Text.Json;
using Faultline.Tracing.Stacks;

namespace Faultline.Reporting.Exports;

/// <summary>
/// speedscope's file format (https://www.speedscope.app/file-format-schema.json): frames once, then a "sampled" profile for each metric, whose weights are
/// the stacks' values. Bytes have the unit bytes, numbers none.
/// </summary>
public static class SpeedscopeExport
{
    public static void Write(StackPaths stacks, IReadOnlyList<ExportMetric> metrics, string name, Stream stream)
    {
        Dictionary<StackFrameName, int> frames = [];
        int[][] numbers = [.. stacks.Paths.Select(path => path.Frames.Select(frame => NumberOf(frame, frames)).ToArray())];
        using Utf8JsonWriter json = new(stream);
        json.WriteStartObject();
        json.WriteString("$schema", "https://www.speedscope.app/file-format-schema.json");
        json.WriteString("name", name);
        json.WriteString("exporter", "faultline");
        json.WriteNumber("activeProfileIndex", 0);
        json.WriteStartObject("shared");
        WriteFrames(json, frames.Keys);
        json.WriteEndObject();
        json.WriteStartArray("profiles");
        foreach (ExportMetric metric in metrics)
            WriteProfile(json, stacks, numbers, metric);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static int NumberOf(in StackFrameName frame, Dictionary<StackFrameName, int> frames)
    {
        if (!frames.TryGetValue(frame, out int number))
            frames.Add(frame, number = frames.Count);
        return number;
    }

    private static void WriteFrames(Utf8JsonWriter json, IEnumerable<StackFrameName> frames)
    {
        json.WriteStartArray("frames");
        foreach (StackFrameName frame in frames)
        {
            json.WriteStartObject();
            json.WriteString("name", frame.Function);
            if (frame.File != null)
            {
                json.WriteString("file", frame.File);
                json.WriteNumber("line", frame.Line);
            }
            else if (frame.Assembly.Length > 0)
            {
                json.WriteString("file", frame.Assembly);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteProfile(Utf8JsonWriter json, StackPaths stacks, int[][] numbers, ExportMetric metric)
    {
        List<(int Stack, long Value)> samples = [];
        for (int i = 0; i < numbers.Length; i++)
            if (metric.WholeOf(stacks.Paths[i].Amounts) is not 0 and var value)
                samples.Add((i, value));
        json.WriteStartObject();
        json.WriteString("type", "sampled");
        json.WriteString("name", $"{metric.Name}: {metric.Meaning}{(stacks.IsEstimate ? ", estimated from samples" : "")}");
        json.WriteString("unit", metric.IsBytes ? "bytes" : "none");
        json.WriteNumber("startValue", 0);
        json.WriteNumber("endValue", samples.Sum(sample => sample.Value));
        json.WriteStartArray("samples");
        foreach ((int stack, _) in samples)
        {
            json.WriteStartArray();
            foreach (int frame in numbers[stack])
                json.WriteNumberValue(frame);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("weights");
        foreach ((_, long value) in samples)
            json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
