using System.Text.Json;

namespace Faultline.Tool.Tests.Checking;

/// <summary>faultline diff.</summary>
public sealed class DiffVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_shows_what_changed_and_by_how_much()
    {
        string before = MadeUpProfile.Write(_folder, "old.faultline.json"), after = MadeUpProfile.Write(_folder, "new.faultline.json", faults: 1200, leak: 3072, line: 55);
        (int code, string output) = Run("diff", before, after);
        Assert.Equal(0, code);
        string[] lines = output.Split('\n');
        Assert.Contains("  page faults            1,000 -> 1,200         +200 (+20 %)", lines);
        Assert.Contains("  live bytes               0 B -> 3 KiB         +3 KiB", lines);
        Assert.Contains("  fragmentation            5 % -> 5 %", lines);
        Assert.Contains("Cache.cs:55 Put, NativeMemory.Alloc", lines);
        Assert.Contains("  page faults              900 -> 1,100         +200 (+22.2 %)", lines);
        Assert.DoesNotContain("Program.cs", output);
        Assert.Contains("1 call site did the same.", lines);
    }

    /// <summary>A changed statement has another key, and is still the first call of its API in its method.</summary>
    [Fact]
    public void A_changed_statement_is_matched_by_its_method()
    {
        string before = MadeUpProfile.Write(_folder, "old.faultline.json"), after = MadeUpProfile.Write(_folder, "new.faultline.json", faults: 1200, key: "00000000000000cc");
        JsonElement site = Assert.Single(Json("diff", before, after, "--json").GetProperty("sites").EnumerateArray());
        Assert.Equal(("changed", "00000000000000cc"), (site.GetProperty("state").GetString(), site.GetProperty("key").GetString()));
        JsonElement faults = site.GetProperty("minorFaults");
        Assert.Equal((900, 1100, 200), (Int(faults, "before"), Int(faults, "after"), Int(faults, "delta")));
    }

    [Fact]
    public void New_and_gone_sites_are_named()
    {
        string both = MadeUpProfile.Write(_folder, "both.faultline.json"), one = Path.Combine(_folder, "one.faultline.json");
        string text = File.ReadAllText(both).Replace("\"Put\"", "\"Other\"").Replace("00000000000000aa", "00000000000000dd");
        File.WriteAllText(one, text);
        JsonElement[] sites = [.. Json("diff", both, one, "--json").GetProperty("sites").EnumerateArray()];
        Assert.Equal(["gone Put", "new Other"], sites.Select(site => $"{site.GetProperty("state").GetString()} {site.GetProperty("method").GetString()}").Order());
    }

    [Fact]
    public void Equal_runs_have_no_differences()
    {
        string profile = MadeUpProfile.Write(_folder, "App.faultline.json");
        Assert.Contains("All 2 call sites did the same.", Run("diff", profile, profile).Output);
        Assert.Equal(0, Json("diff", profile, profile, "--json").GetProperty("sites").GetArrayLength());
    }

    [Fact]
    public void The_page_is_a_file_of_its_own()
    {
        string before = MadeUpProfile.Write(_folder, "old.faultline.json"), after = MadeUpProfile.Write(_folder, "new.faultline.json", faults: 1200), page = Path.Combine(_folder, "page.html");
        using StringWriter output = new(), error = new();
        Assert.Equal(0, FaultlineCommand.Run(["diff", before, after, "--html", "-o", page], output, error));
        Assert.Equal(("", $"faultline: {page}: open it in a browser\n"), (output.ToString(), error.ToString()));
        string text = File.ReadAllText(page);
        Assert.Contains("Page faults: 1,000 before, 1,200 after, \\u002B200 (\\u002B20 %).", text);
        Assert.Contains("{\"name\":\"C library\",\"before\":\"glibc-2.36\",\"after\":\"glibc-2.36\"}", text);
        Assert.Equal(2, FaultlineCommand.Run(["diff", before, after, "--html", "-o", page], output, error));
        Assert.EndsWith($"faultline: --output {page} exists: give another name, or --force to overwrite it\n", error.ToString());
    }

    [Theory]
    [InlineData("--json and --html are two forms: give one of them", "--json", "--html")]
    [InlineData("--output is of the page: give --html too", "-o", "page.html")]
    [InlineData("--force is of the page: give --html too", "--force")]
    public void Options_that_would_do_nothing_are_refused(string line, params string[] options)
    {
        string profile = MadeUpProfile.Write(_folder, "App.faultline.json");
        using StringWriter output = new(), error = new();
        Assert.Equal(2, FaultlineCommand.Run(["diff", profile, profile, .. options], output, error));
        Assert.Equal(("", $"faultline: {line}\n"), (output.ToString(), error.ToString()));
    }

    [Fact]
    public void Wrong_usage_is_one_line()
    {
        using StringWriter output = new(), error = new();
        Assert.Equal(2, FaultlineCommand.Run(["diff", "one"], output, error));
        Assert.Equal("faultline: two results are compared, not 1: faultline diff <before> <after>\n", error.ToString());
    }

    private static JsonElement Json(params string[] arguments) => JsonDocument.Parse(Run(arguments).Output).RootElement;

    private static (int Code, string Output) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = FaultlineCommand.Run(arguments, output, error);
        Assert.Empty(error.ToString());
        return (code, output.ToString());
    }

    private static int Int(JsonElement parent, string name) => parent.GetProperty(name).GetInt32();
}
