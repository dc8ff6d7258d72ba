using System.Text.Json;

namespace Faultline.Reporting.Views;

/// <summary>Reads a report's JSON or a profile as a view: all but what only a trace tells, which is stacks and lifetimes.</summary>
public static class CostViewReader
{
    /// <summary>Throws <see cref="FormatException"/> with one line where the text is neither a report nor a profile of this version.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="name">As the user named the file.</param>
    /// <param name="folder">That its relative paths start from.</param>
    public static CostView Read(ReadOnlyMemory<byte> json, string name, string folder)
    {
        CostResult result = CostResultReader.Read(json, name, folder);
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        bool isProfile = root.TryGetProperty("kind", out _);
        return CostViewBuilder.Of(result, isProfile ? OfProfile(result) : OfReport(root), isProfile ? $"from the profile {name}" : $"from the report {name}", TextOf(root, "next"));
    }

    private static ProcessView? OfProfile(CostResult result)
        => result.Totals.MinorFaults is { } faults ? new(faults, MajorFaults: null, ResidentPages: null, PeakResidentPages: null) : null;

    private static ProcessView? OfReport(JsonElement root)
        => root.GetProperty("totals").GetProperty("process") is { ValueKind: JsonValueKind.Object } process
            ? new(process.GetProperty("minorFaults").GetUInt64(), NumberOf(process, "majorFaults"), NumberOf(process, "residentPages"), NumberOf(process, "peakResidentPages"))
            : null;

    private static ulong? NumberOf(JsonElement parent, string name)
        => parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetUInt64() : null;

    private static string? TextOf(JsonElement parent, string name)
        => parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
