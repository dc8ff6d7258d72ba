// SARIF 2.1.0 (OASIS): what code scanning takes. The rules have the ids that the compiler's own SARIF (<ErrorLog>) has, so that both halves of a
// finding, before and while running, come together there. Code scanning wants for each result a location with a region of four numbers, and
// fingerprints by which it knows a result again when lines move: those are the sites' keys.

using System.Text.Encodings.Web;
using System.Text.Json;

namespace Faultline.Reporting;

/// <summary>Writes breaches as a SARIF log.</summary>
public static class Sarif
{
    public const string Version = "2.1.0";
    public const string Schema = "https://json.schemastore.org/sarif-2.1.0.json";

    /// <summary>By which a result is known again; the version goes up if keys are ever made in another way.</summary>
    public const string Fingerprint = "faultlineSite/v1";

    private const string Root = "%SRCROOT%";

    /// <param name="result">That was checked.</param>
    /// <param name="checks">Those that are breached become results.</param>
    /// <param name="toolVersion">Of Faultline.</param>
    /// <param name="root">Folder that paths are written from: the repository's.</param>
    /// <param name="stream">Gets UTF-8.</param>
    public static void Write(CostResult result, IReadOnlyList<LimitCheck> checks, string toolVersion, string root, Stream stream)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        LimitCheck[] breaches = [.. checks.Where(check => check.IsBreached)];
        SarifRule[] rules = [.. SarifRule.All.Where(rule => breaches.Any(breach => breach.RuleId == rule.Id))];
        json.WriteStartObject();
        json.WriteString("$schema", Schema);
        json.WriteString("version", Version);
        json.WriteStartArray("runs");
        json.WriteStartObject();
        Driver(json, rules, toolVersion);
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteStartArray("results");
        foreach (LimitCheck breach in breaches)
            Result(json, result, breach, Array.FindIndex(rules, rule => rule.Id == breach.RuleId), root);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static void Driver(Utf8JsonWriter json, SarifRule[] rules, string version)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "Faultline");
        json.WriteString("version", version);
        json.WriteString("semanticVersion", version);
        json.WriteStartArray("rules");
        foreach (SarifRule rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            json.WriteString("name", rule.Name);
            Text(json, "shortDescription", rule.Title);
            Text(json, "fullDescription", rule.Description);
            Text(json, "help", $"{rule.Description} See {rule.HelpUri}.");
            json.WriteString("helpUri", rule.HelpUri);
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", "error");
            json.WriteEndObject();
            json.WriteStartObject("properties");
            json.WriteStartArray("tags");
            json.WriteStringValue("native-memory");
            json.WriteEndArray();
            json.WriteString("precision", "very-high");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Result(Utf8JsonWriter json, CostResult result, LimitCheck breach, int rule, string root)
    {
        SiteShare[] sites = [.. breach.Sites.Where(site => site.Site.File != null)];
        json.WriteStartObject();
        json.WriteString("ruleId", breach.RuleId);
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("kind", "fail");
        json.WriteString("level", "error");
        Text(json, "message", breach.Text);
        json.WriteStartArray("locations");
        // Where no symbols say which line it is, the file that was checked is what there is to point at.
        Location(json, sites.Length > 0 ? SourcePaths.From(root, sites[0].Site.File!) : SourcePaths.From(root, Path.GetFullPath(result.Name)),
            sites.Length > 0 ? sites[0].Site.Line : 1, null, null);
        json.WriteEndArray();
        json.WriteStartArray("relatedLocations");
        for (int i = 1; i < sites.Length; i++)
            Location(json, SourcePaths.From(root, sites[i].Site.File!), sites[i].Site.Line, i, sites[i].Text);
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString(Fingerprint, FingerprintOf(breach));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>A site's key; without one, its names. The limit is a part of it, since one site can breach several.</summary>
    private static string FingerprintOf(LimitCheck breach)
    {
        string site = breach.Sites.FirstOrDefault() is not { } first ? ""
            : first.Key ?? string.Join('|', first.Site.Assembly, first.Site.Type, first.Site.Method, first.Site.Api);
        return $"{breach.Name}:{site}";
    }

    /// <summary>Only the line is known: the region is the place where it starts.</summary>
    private static void Location(Utf8JsonWriter json, string path, int line, int? id, string? message)
    {
        json.WriteStartObject();
        if (id is { } number)
            json.WriteNumber("id", number);
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        bool isRooted = Path.IsPathRooted(path);
        json.WriteString("uri", isRooted ? new Uri(path).AbsoluteUri : string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));
        if (!isRooted)
            json.WriteString("uriBaseId", Root);
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", Math.Max(line, 1));
        json.WriteNumber("startColumn", 1);
        json.WriteNumber("endLine", Math.Max(line, 1));
        json.WriteNumber("endColumn", 1);
        json.WriteEndObject();
        json.WriteEndObject();
        if (message != null)
            Text(json, "message", message);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }
}
