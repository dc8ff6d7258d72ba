using System.Text.Json;
using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>Reads what <see cref="JsonReport"/> and <see cref="MeasuredProfileJson"/> write, and turns a report into the same form.</summary>
public static class CostResultReader
{
    /// <summary>Throws <see cref="FormatException"/> with one line where the text is neither a report nor a profile of this version.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="name">As the user named the file.</param>
    /// <param name="folder">That its relative paths start from.</param>
    public static CostResult Read(ReadOnlyMemory<byte> json, string name, string folder)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read(document.RootElement, name, folder);
        }
        catch (JsonException e)
        {
            throw new FormatException($"it is not JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("it is JSON, but neither a report (run --json) nor a profile (run --profile) of this version", e);
        }
    }

    public static CostResult Of(MeasuredProfile profile, string name, IReadOnlyList<Finding> findings) => new(
        name,
        profile.Program,
        profile.Totals,
        [.. profile.Sites.Select(site => new CostSite(
            site.Site, site.Identity.Key, site.Amounts, site.PagesKnown ? site.Amounts.MinorFaults : null, site.Measured?.PinnedPages))],
        [.. findings.Select(finding => new CostFinding(finding.Title, finding.RuleId, finding.Occurrences, finding.Text, finding.Steps.Count > 0 ? finding.Steps[0].Site : null))],
        [.. CostSettings.Of(profile)]);

    private static CostResult Read(JsonElement root, string name, string folder)
    {
        bool isProfile = root.TryGetProperty("kind", out JsonElement kind) && kind.GetString() == MeasuredProfileJson.Kind;
        int schema = root.GetProperty("schema").GetInt32(), known = isProfile ? MeasuredProfileJson.SchemaVersion : JsonReport.SchemaVersion;
        if (schema != known)
            throw new FormatException($"its schema is {schema}, and this version of Faultline reads {known}");
        JsonElement totals = root.GetProperty("totals");
        return new(
            name,
            isProfile ? root.GetProperty("program").GetString() ?? "" : root.GetProperty("program").GetProperty("name").GetString() ?? "",
            new MeasuredTotals(
                isProfile ? Optional(totals, "minorFaults") : Process(totals),
                Number(totals, "blocks"), Number(totals, "requestedBytes"), Number(totals, "liveBlocks"), Number(totals, "liveRequestedBytes"),
                isProfile ? Share(totals, "fragmentation") : Heap(root)),
            [.. root.GetProperty("sites").EnumerateArray().Where(site => Number(site, "blocks") > 0).Select(site => Site(site, folder))],
            isProfile ? null : [.. root.GetProperty("findings").EnumerateArray().Select(finding => FindingOf(finding, folder))],
            [.. isProfile ? CostSettings.OfProfile(root) : CostSettings.OfReport(root)]);
    }

    private static CostSite Site(JsonElement site, string folder) => new(
        Names(site, folder),
        site.TryGetProperty("key", out JsonElement key) ? key.GetString() : null,
        new Amounts
        {
            Calls = Number(site, "calls"),
            Blocks = Number(site, "blocks"),
            RequestedBytes = Number(site, "requestedBytes"),
            UsableBytes = Number(site, "usableBytes"),
            MappedBlocks = Number(site, "mmapBlocks"),
            Failures = Number(site, "failures"),
            Moves = Number(site, "moves"),
            LiveBlocks = Number(site, "liveBlocks"),
            LiveRequestedBytes = Number(site, "liveRequestedBytes"),
            LiveUsableBytes = Number(site, "liveUsableBytes"),
            MinorFaults = Optional(site, "minorFaults") ?? 0,
            ResidentPages = Optional(site, "residentPages") ?? 0,
        },
        Optional(site, "minorFaults"),
        Optional(site, "pinnedPages"));

    private static CallSite Names(JsonElement site, string folder) => new(
        site.GetProperty("id").GetInt32(), Text(site, "assembly"), Text(site, "type"), Text(site, "method"), Text(site, "api"),
        site.GetProperty("file").GetString() is { } file ? SourcePaths.In(folder, file) : null, site.GetProperty("line").GetInt32());

    private static CostFinding FindingOf(JsonElement finding, string folder)
    {
        JsonElement steps = finding.GetProperty("steps");
        return new(
            Text(finding, "title"), finding.GetProperty("ruleId").GetString(), Number(finding, "occurrences"), Text(finding, "text"),
            steps.GetArrayLength() > 0 ? Names(steps[0], folder) : null);
    }

    private static ulong? Process(JsonElement totals)
        => totals.GetProperty("process") is { ValueKind: JsonValueKind.Object } process ? Number(process, "minorFaults") : null;

    private static double? Heap(JsonElement root) => root.GetProperty("heap") is { ValueKind: JsonValueKind.Object } heap
        ? HeapShare.Fragmentation(Number(heap, "freeBytes"), Number(heap, "trimmableBytes"), Number(heap, "heapBytes")) : null;

    private static double? Share(JsonElement parent, string name)
        => parent.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    private static ulong? Optional(JsonElement parent, string name)
        => parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetUInt64() : null;

    private static ulong Number(JsonElement parent, string name) => parent.GetProperty(name).GetUInt64();

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? "";
}
