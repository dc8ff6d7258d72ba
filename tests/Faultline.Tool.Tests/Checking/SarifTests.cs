using System.Text.Json;
using System.Text.RegularExpressions;

namespace Faultline.Tool.Tests.Checking;

/// <summary>The SARIF log has every field that code scanning needs, and what GitHub Actions is told.</summary>
public sealed class SarifTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_log_names_its_version_its_tool_and_its_rules()
    {
        JsonElement root = Log("--max-faults", "0", "--max-leak", "0", "--max-fragmentation", "0");
        Assert.Equal("2.1.0", root.GetProperty("version").GetString());
        Assert.Equal("https://json.schemastore.org/sarif-2.1.0.json", root.GetProperty("$schema").GetString());
        JsonElement driver = Assert.Single(root.GetProperty("runs").EnumerateArray()).GetProperty("tool").GetProperty("driver");
        Assert.Equal("Faultline", driver.GetProperty("name").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", driver.GetProperty("semanticVersion").GetString());
        JsonElement[] rules = [.. driver.GetProperty("rules").EnumerateArray()];
        Assert.Equal(["FLT2001", "FLT2002", "FLT2003"], rules.Select(rule => rule.GetProperty("id").GetString()));
        Assert.All(rules, rule =>
        {
            Assert.NotEmpty(rule.GetProperty("name").GetString()!);
            Assert.NotEmpty(rule.GetProperty("shortDescription").GetProperty("text").GetString()!);
            Assert.NotEmpty(rule.GetProperty("fullDescription").GetProperty("text").GetString()!);
            Assert.NotEmpty(rule.GetProperty("help").GetProperty("text").GetString()!);
            Assert.Equal($"src/Faultline.Analyzers/Rules/{rule.GetProperty("id").GetString()}.md", rule.GetProperty("helpUri").GetString());
            Assert.Equal("error", rule.GetProperty("defaultConfiguration").GetProperty("level").GetString());
            Assert.Equal("very-high", rule.GetProperty("properties").GetProperty("precision").GetString());
        });
    }

    [Fact]
    public void Each_result_has_rule_message_location_and_fingerprint()
    {
        JsonElement run = Log("--max-faults", "0", "--max-leak", "0", "--max-fragmentation", "0").GetProperty("runs")[0];
        JsonElement[] results = [.. run.GetProperty("results").EnumerateArray()];
        Assert.Equal(3, results.Length);
        Assert.All(results, result =>
        {
            int rule = result.GetProperty("ruleIndex").GetInt32();
            Assert.Equal(result.GetProperty("ruleId").GetString(), run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[rule].GetProperty("id").GetString());
            Assert.Equal("error", result.GetProperty("level").GetString());
            Assert.NotEmpty(result.GetProperty("message").GetProperty("text").GetString()!);
            JsonElement place = Assert.Single(result.GetProperty("locations").EnumerateArray()).GetProperty("physicalLocation");
            Assert.EndsWith("src/Cache.cs", place.GetProperty("artifactLocation").GetProperty("uri").GetString());
            JsonElement region = place.GetProperty("region");
            Assert.Equal((40, 1, 40, 1), (Int(region, "startLine"), Int(region, "startColumn"), Int(region, "endLine"), Int(region, "endColumn")));
            Assert.EndsWith(":00000000000000aa", result.GetProperty("partialFingerprints").GetProperty("faultlineSite/v1").GetString());
        });
        Assert.Equal(3, results.Select(result => result.GetProperty("partialFingerprints").GetRawText()).Distinct().Count());
        Assert.Equal(1, results[0].GetProperty("relatedLocations").GetArrayLength());
    }

    /// <summary>A result of the same statement is the same result, wherever its line is.</summary>
    [Fact]
    public void Fingerprints_do_not_move_with_the_line()
    {
        string first = Fingerprints(Log("--max-faults", "0")), moved = Fingerprints(Log(["--max-faults", "0"], line: 50));
        Assert.Equal(first, moved);
        static string Fingerprints(JsonElement log)
            => log.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("partialFingerprints").GetRawText();
    }

    [Fact]
    public void Without_a_breach_there_are_no_results() => Assert.Equal(0, Log("--max-leak", "1GB").GetProperty("runs")[0].GetProperty("results").GetArrayLength());

    [Fact]
    public void Actions_get_annotations_and_a_summary()
    {
        string profile = MadeUpProfile.Write(_folder, "App.faultline.json", leak: 3072), summary = Path.Combine(_folder, "summary.md");
        (int code, string output, string error) = ToolProcess.Run(
            new Dictionary<string, string> { ["GITHUB_ACTIONS"] = "true", ["GITHUB_STEP_SUMMARY"] = summary, ["GITHUB_WORKSPACE"] = _folder },
            "check", profile, "--max-leak", "1KB", "--max-faults", "100000");
        Assert.Equal(1, code);
        Assert.Contains("BREACH  max-leak", output);
        Assert.Equal(
            "::warning file=src/Cache.cs,line=40,title=FLT2002 max-leak::bytes not freed at the end: 3 KiB, the limit is 1 KiB, 2 KiB too many\n", error);
        string text = File.ReadAllText(summary);
        Assert.StartsWith("### Native memory of App.dll: 1 of 2 limits breached\n", text);
        Assert.Equal(2, Regex.Count(text, "(?m)^\\| (❌|✅) "));
        Assert.Contains("| ❌ | `max-leak` | bytes not freed at the end: 3 KiB, the limit is 1 KiB, 2 KiB too many | `Cache.cs:40 Put` 3 KiB not freed |", text);
    }

    private JsonElement Log(params string[] limits) => Log(limits, line: 40);

    private JsonElement Log(string[] limits, int line)
    {
        string profile = MadeUpProfile.Write(_folder, "App.faultline.json", leak: 3072, line: line), log = Path.Combine(_folder, "log.sarif");
        using StringWriter output = new(), error = new();
        Assert.InRange(FaultlineCommand.Run(["check", profile, .. limits, "--sarif", log, "--force"], output, error), 0, 1);
        Assert.Empty(error.ToString());
        return JsonDocument.Parse(File.ReadAllBytes(log)).RootElement;
    }

    private static int Int(JsonElement parent, string name) => parent.GetProperty(name).GetInt32();
}
