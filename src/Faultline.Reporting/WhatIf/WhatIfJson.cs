using System.Text.Encodings.Web;
using System.Text.Json;
using Faultline.Tracing.Session;
using Faultline.Tracing.WhatIf;

namespace Faultline.Reporting;

/// <summary>A comparison of settings for scripts. Sizes are bytes, times nanoseconds, fragmentation a share of 1.</summary>
public static class WhatIfJson
{
    public const int SchemaVersion = 1;

    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        // Program names stay readable: the text goes to files, not into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly (string Name, Criterion Criterion)[] s_real = [("peakRssBytes", Criterion.Rss), ("endRssBytes", Criterion.End), ("minorFaults", Criterion.Faults)];

    public static void Write(WhatIfResult result, WhatIfFacts facts, Stream output)
    {
        using (Utf8JsonWriter json = new(output, s_options))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", SchemaVersion);
            JsonRun.Replay(json, facts.Replay);
            json.WriteBoolean("simulated", true);
            json.WriteString("libc", result.Baseline.Libc.Name);
            json.WriteString("kernel", ModelNames.Kernel);
            json.WriteString("bestBy", facts.BestBy.Word());
            WriteRows(json, result, facts);
            WriteBest(json, result, facts);
            if (facts.Real is { } real)
            {
                json.WriteString("realHost", real.Host);
                json.WriteString("realProgram", real.Program);
                json.WriteNumber("realRuns", real.Rows[0].Runs.Count);
                WriteTexts(json, "realMismatches", real.Mismatches);
                if (RealText.Agrees(result, facts, real) is { } agrees)
                    json.WriteBoolean("realBestAgrees", agrees);
            }

            json.WriteString("kernelTimeMeasuredOn", KernelCost.Machine);
            WriteTexts(json, "notes", facts.Notes);
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }

    private static void WriteRows(Utf8JsonWriter json, WhatIfResult result, WhatIfFacts facts)
    {
        json.WriteStartArray("rows");
        WhatIfRow? best = Ranking.Choose(result.Rows, facts.BestBy);
        Dictionary<Criterion, IReadOnlyList<WhatIfRow>> bestBy = Ranking.All.ToDictionary(c => c, c => Ranking.Best(result.Rows, c));
        for (int i = 0; i < result.Rows.Count; i++)
        {
            WhatIfRow row = result.Rows[i];
            json.WriteStartObject();
            json.WriteBoolean("baseline", row.Combination.IsBaseline);
            json.WriteBoolean("best", ReferenceEquals(row, best));
            WriteSettings(json, row);
            json.WriteString("tunables", row.Tunables);
            json.WriteNumber("peakRssBytes", row.PeakRss);
            json.WriteNumber("endRssBytes", row.RssAtEnd);
            json.WriteNumber("minorFaults", row.MinorFaults);
            json.WriteNumber("systemCalls", row.SystemCalls);
            json.WriteNumber("fragmentation", Math.Round(row.Fragmentation, 6));
            json.WriteNumber("kernelNanoseconds", Math.Round(row.KernelNanoseconds));
            json.WriteNumber("arenas", row.Arenas);
            json.WriteNumber("failures", row.Failures);
            json.WriteNumber("unbackedPages", row.UnbackedPages);
            WriteTexts(json, "bestBy", Ranking.All.Where(c => bestBy[c].Contains(row)).Select(c => c.Word()));
            if (facts.Real is { } real)
                WriteReal(json, real.Rows[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Medians, and what lies between the least and the most of the runs.</summary>
    private static void WriteReal(Utf8JsonWriter json, RealRow row)
    {
        json.WriteStartObject("real");
        foreach ((string name, Criterion criterion) in s_real)
            json.WriteNumber(name, row.Median(criterion));
        json.WriteStartObject("spread");
        foreach ((string name, Criterion criterion) in s_real)
            json.WriteNumber(name, row.Spread(criterion));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSettings(Utf8JsonWriter json, WhatIfRow row)
    {
        json.WriteStartObject("settings");
        foreach (SettingValue value in row.Combination.Values)
        {
            if (value.Number is { } number && value.Setting.Unit is not (SettingUnit.Thp or SettingUnit.Libc))
                json.WriteNumber(value.Setting.Name, number);
            else
                json.WriteString(value.Setting.Name, value.ValueText);
        }

        json.WriteEndObject();
    }

    private static void WriteBest(Utf8JsonWriter json, WhatIfResult result, WhatIfFacts facts)
    {
        if (Ranking.Choose(result.Rows, facts.BestBy) is not { } best)
        {
            json.WriteNull("best");
            return;
        }

        SettingAdvice advice = SettingAdvice.For(best, result.Rows[0]);
        json.WriteStartObject("best");
        json.WriteNumber("row", result.Rows.ToList().IndexOf(best));
        json.WriteString("environment", advice.Variables);
        WriteTexts(json, "machine", advice.Machine);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
