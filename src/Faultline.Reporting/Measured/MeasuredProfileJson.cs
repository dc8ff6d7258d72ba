using System.Text.Encodings.Web;
using System.Text.Json;
using Faultline.Tracing.Replay;

namespace Faultline.Reporting;

// NAME.faultline.json: read by the rules in the compiler, by "faultline check" and "faultline diff". The schema is additive, as the report's:
// a name keeps its meaning and its unit, readers ignore what they do not know. The README lists the names.

/// <summary>Writes a profile as one JSON object. Unknown values are null.</summary>
public static class MeasuredProfileJson
{
    public const int SchemaVersion = 1;

    /// <summary>Value of the name "kind", by which a profile is told from a report.</summary>
    public const string Kind = "faultline-profile";

    /// <summary>How a profile's file name ends.</summary>
    public const string Extension = ".faultline.json";

    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="profile">To write.</param>
    /// <param name="stream">Gets UTF-8.</param>
    /// <param name="folder">That the sources' paths are written from: the profile's own, so that it says the same wherever the project lies.</param>
    public static void Write(MeasuredProfile profile, Stream stream, string folder)
    {
        using Utf8JsonWriter json = new(stream, s_options);
        json.WriteStartObject();
        json.WriteNumber("schema", SchemaVersion);
        json.WriteString("kind", Kind);
        json.WriteBoolean("simulated", true);
        json.WriteString("program", profile.Program);
        json.WriteString("completeness", JsonNamingPolicy.CamelCase.ConvertName(profile.Completeness.ToString()));
        json.WriteString("libc", profile.Libc);
        json.WriteString("kernel", profile.Kernel);
        json.WriteString("observer", profile.Observer);
        Totals(json, profile);
        json.WriteStartArray("notes");
        foreach (string note in profile.Notes)
            json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteStartArray("sites");
        foreach (MeasuredSite site in profile.Sites)
            Site(json, site, folder);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Totals(Utf8JsonWriter json, MeasuredProfile profile)
    {
        MeasuredTotals totals = profile.Totals;
        json.WriteStartObject("totals");
        Number(json, "minorFaults", totals.MinorFaults);
        json.WriteNumber("blocks", totals.Blocks);
        json.WriteNumber("requestedBytes", totals.RequestedBytes);
        json.WriteNumber("liveBlocks", totals.LiveBlocks);
        json.WriteNumber("liveRequestedBytes", totals.LiveRequestedBytes);
        if (totals.Fragmentation is { } share)
            json.WriteNumber("fragmentation", Math.Round(share, 6));
        else
            json.WriteNull("fragmentation");
        Number(json, "pinnedPages", profile.Pinning?.Pages);
        Number(json, "pinnedOfHeapPages", profile.Pinning?.HeapPages);
        json.WriteEndObject();
    }

    private static void Site(Utf8JsonWriter json, MeasuredSite site, string folder)
    {
        json.WriteStartObject();
        json.WriteString("key", site.Identity.Key);
        json.WriteString("withoutKey", site.Identity.Reason);
        json.WriteString("member", site.Identity.Member);
        json.WriteString("statement", site.Identity.Statement);
        json.WriteNumber("ordinal", site.Identity.Ordinal);
        JsonSites.Names(json, site.Site with { File = site.Site.File is { } file ? SourcePaths.From(folder, file) : null });
        JsonSites.Amounts(json, site.Amounts, site.PagesKnown);
        json.WriteNumber("peakLiveBytes", site.PeakLiveBytes);
        Histogram(json, "sizes", site.Measured?.Sizes);
        Histogram(json, "lifetimes", site.Measured?.Lifetimes);
        Number(json, "pinnedPages", site.Measured?.PinnedPages);
        json.WriteBoolean("leaks", site.Leaks);
        json.WriteBoolean("pins", site.Pins);
        json.WriteEndObject();
    }

    private static void Histogram(Utf8JsonWriter json, string name, PowerHistogram? histogram)
    {
        if (histogram == null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("count", histogram.Count);
        json.WriteNumber("least", histogram.Least);
        json.WriteNumber("greatest", histogram.Greatest);
        json.WriteNumber("medianAtMost", histogram.MedianAtMost());
        json.WriteStartArray("buckets");
        foreach ((ulong from, ulong to, ulong count) in histogram.NotEmpty())
        {
            json.WriteStartObject();
            json.WriteNumber("from", from);
            json.WriteNumber("to", to);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, ulong? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
