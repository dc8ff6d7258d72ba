using System.Text.Json;
using Faultline.TestSupport;

namespace Faultline.Tool.Tests.Checking;

/// <summary>faultline check: each kind of breach, each output, each wrong input.</summary>
public sealed class CheckVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--max-faults 1000", null)]
    [InlineData("--max-faults 999", "max-faults: page faults: 1,000, the limit is 999, 1 too many")]
    [InlineData("--max-leak 3KB", null)]
    [InlineData("--max-leak 1KB", "max-leak: bytes not freed at the end: 3 KiB, the limit is 1 KiB, 2 KiB too many")]
    [InlineData("--max-leak 0", "max-leak: bytes not freed at the end: 3 KiB, the limit is 0 B, 3 KiB too many")]
    [InlineData("--max-fragmentation 5%", null)]
    [InlineData("--max-fragmentation 2.5", "max-fragmentation: fragmentation of the heap: 5 %, the limit is 2.5 %, 2.5 % too many")]
    [InlineData("--max-site-faults 900", null)]
    [InlineData("--max-site-faults 100", "max-site-faults: Cache.cs:40 Put (NativeMemory.Alloc): 900 page faults, the limit of one site is 100")]
    [InlineData("--max-site-leak 3072B", null)]
    [InlineData("--max-site-leak 1.5K", "max-site-leak: Cache.cs:40 Put (NativeMemory.Alloc): 3 KiB in 3 blocks not freed, the limit of one site is 1.5 KiB")]
    public void A_limit_holds_or_is_breached(string limit, string? breach)
    {
        string profile = MadeUpProfile.Write(_folder, "App.faultline.json", leak: 3072);
        (int code, string output, string error) = Run(["check", profile, .. limit.Split(' ')]);
        Assert.Equal((breach == null ? 0 : 1, ""), (code, error));
        string[] breaches = [.. output.Split('\n').Where(line => line.Contains("BREACH", StringComparison.Ordinal)).Select(line => line.Trim())];
        Assert.Equal(breach == null ? [] : ["BREACH  " + breach], breaches);
        Assert.Matches(breach == null ? "the limit holds$" : "1 of 1 limit is breached$", output.Split('\n')[0]);
    }

    [Fact]
    public void A_limit_for_each_site_has_an_answer_where_no_site_has_anything()
        => Assert.Contains("  ok      max-site-leak: no call left anything", Run("check", MadeUpProfile.Write(_folder, "App.faultline.json"), "--max-site-leak", "0").Output);

    [Theory]
    [InlineData(1000, 3072, 0.05, 0, "")]
    [InlineData(1001, 3072, 0.05, 0, "baseline-faults")]
    [InlineData(1020, 3072, 0.05, 2, "")]
    [InlineData(1021, 3072, 0.05, 2, "baseline-faults")]
    [InlineData(1000, 3073, 0.05, 0, "baseline-leak baseline-site-leak")]
    [InlineData(1000, 3072, 0.06, 0, "baseline-fragmentation")]
    [InlineData(900, 0, 0.01, 0, "")]
    public void A_baseline_is_a_limit_for_each_figure(ulong faults, ulong leak, double fragmentation, int tolerance, string breached)
    {
        string before = MadeUpProfile.Write(_folder, "old.faultline.json", leak: 3072);
        string now = MadeUpProfile.Write(_folder, "new.faultline.json", faults, leak, fragmentation, line: 50);
        (int code, string output, _) = Run("check", now, "--baseline", before, "--tolerance", $"{tolerance}%", "--json");
        JsonElement[] checks = [.. JsonDocument.Parse(output).RootElement.GetProperty("checks").EnumerateArray()];
        Assert.Equal(breached, string.Join(' ', checks.Where(check => check.GetProperty("breached").GetBoolean()).Select(check => check.GetProperty("limit").GetString())));
        Assert.Equal(breached.Length == 0 ? 0 : 1, code);
        Assert.Equal(1000, checks[0].GetProperty("baseline").GetInt32());
    }

    [Fact]
    public void Every_breach_is_told_with_its_sites()
    {
        string profile = MadeUpProfile.Write(_folder, "App.faultline.json", leak: 3072);
        (int code, string output, _) = Run("check", profile, "--max-faults", "10", "--max-leak", "10", "--max-fragmentation", "50%");
        Assert.Equal(1, code);
        Assert.Equal(
            [
                $"{profile}: 2 of 3 limits are breached",
                "  BREACH  max-faults: page faults: 1,000, the limit is 10, 990 too many",
                "          Cache.cs:40 Put (NativeMemory.Alloc): 900 page faults",
                "          Program.cs:7 Run (NativeMemory.Alloc): 100 page faults",
                "  BREACH  max-leak: bytes not freed at the end: 3 KiB, the limit is 10 B, 2.99 KiB too many",
                "          Cache.cs:40 Put (NativeMemory.Alloc): 3 KiB not freed",
                "  ok      max-fragmentation: fragmentation of the heap: 5 %, the limit is 50 %",
            ],
            output.TrimEnd('\n').Split('\n'));
    }

    /// <summary>Report, profile and trace of one run are checked to the same figures.</summary>
    [Fact]
    public void Reports_profiles_and_traces_agree()
    {
        string trace = Repository.Path("tests", "Faultline.Tracing.Tests", "Traces", "real-ls.trace.gz");
        string report = Path.Combine(_folder, "report.json"), profile = Path.Combine(_folder, "ls.faultline.json");
        Assert.Equal(0, Run("replay", trace, "--json", "--output", report, "--profile", profile).Code);
        string[] figures = [.. new[] { report, profile, trace }.Select(file =>
        {
            (int code, string output, string error) = Run("check", file, "--max-faults", "0", "--max-leak", "0", "--max-fragmentation", "0%", "--json");
            Assert.Equal((1, ""), (code, error));
            return string.Join(' ', JsonDocument.Parse(output).RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("actual").GetDouble()));
        })];
        Assert.Equal(figures[0], figures[1]);
        Assert.Equal(figures[0], figures[2]);
        Assert.Contains("the limit holds", Run("check", report, "--max-findings", "0").Output);
        Assert.Contains("is a profile, which has no findings", Wrong("check", profile, "--max-findings", "0"));
    }

    [Fact]
    public void What_is_not_known_cannot_be_checked()
    {
        string profile = MadeUpProfile.Write(_folder, "App.faultline.json", fragmentation: null);
        Assert.Contains("does not know its fragmentation", Wrong("check", profile, "--max-fragmentation", "5%"));
    }

    [Fact]
    public void Wrong_usage_is_one_line()
    {
        string profile = MadeUpProfile.Write(_folder, "App.faultline.json"), junk = Path.Combine(_folder, "junk.json");
        Assert.Contains("nothing to check: give at least one limit", Wrong("check", profile));
        Assert.Contains("no result given", Wrong("check", "--max-leak", "0"));
        Assert.Contains("more than one result given", Wrong("check", profile, profile, "--max-leak", "0"));
        Assert.Contains("no such file: nowhere", Wrong("check", "nowhere", "--max-leak", "0"));
        Assert.Contains("is a folder", Wrong("check", _folder, "--max-leak", "0"));
        Assert.Contains("no such file: nowhere", Wrong("check", profile, "--baseline", "nowhere"));
        Assert.Contains("--max-leak lots is not a size", Wrong("check", profile, "--max-leak", "lots"));
        Assert.Contains("--max-leak 1X is not a size", Wrong("check", profile, "--max-leak", "1X"));
        Assert.Contains("--max-faults -1", Wrong("check", profile, "--max-faults", "-1"));
        Assert.Contains("--max-faults 1.5 is not a number", Wrong("check", profile, "--max-faults", "1.5"));
        Assert.Contains("--max-fragmentation 101% is not a share", Wrong("check", profile, "--max-fragmentation", "101%"));
        Assert.Contains("--max-fragmentation big is not a share", Wrong("check", profile, "--max-fragmentation", "big"));
        Assert.Contains("--tolerance is for a baseline", Wrong("check", profile, "--max-leak", "0", "--tolerance", "1%"));
        Assert.Contains("App.faultline.json exists: give another name, or --force", Wrong("check", profile, "--max-leak", "0", "--sarif", profile));
        File.WriteAllText(junk, "{ \"schema\": 1 ");
        Assert.Contains("it is not JSON", Wrong("check", junk, "--max-leak", "0"));
        File.WriteAllText(junk, "{ \"a\": 1 }");
        Assert.Contains("neither a report (run --json) nor a profile (run --profile)", Wrong("check", junk, "--max-leak", "0"));
        File.WriteAllText(junk, File.ReadAllText(profile).Replace("\"schema\": 1", "\"schema\": 7"));
        Assert.Contains("its schema is 7, and this version of Faultline reads 1", Wrong("check", junk, "--max-leak", "0"));
        File.WriteAllText(junk, "neither");
        Assert.Contains("not a .fltrace, heaptrack, mtrace or text trace", Wrong("check", junk, "--max-leak", "0"));
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("512B", 512)]
    [InlineData("1K", 1024)]
    [InlineData("1KB", 1024)]
    [InlineData("1 KiB", 1024)]
    [InlineData("24 MB", 24L << 20)]
    [InlineData("1.5GiB", 3L << 29)]
    [InlineData("2TB", 2L << 40)]
    [InlineData("1P", 1L << 50)]
    public void The_grammar_of_sizes(string text, long bytes)
    {
        string profile = MadeUpProfile.Write(_folder, "App.faultline.json");
        JsonElement check = JsonDocument.Parse(Run("check", profile, "--max-leak", text, "--json").Output).RootElement.GetProperty("checks")[0];
        Assert.Equal(bytes, check.GetProperty("allowed").GetInt64());
        Assert.Equal("bytes", check.GetProperty("unit").GetString());
    }

    private static string Wrong(params string[] arguments)
    {
        (int code, string output, string error) = Run(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("unexpected)", error);
        return error;
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = FaultlineCommand.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
