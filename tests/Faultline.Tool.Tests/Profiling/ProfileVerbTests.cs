using System.Text.Json;
using Faultline.TestSupport;

namespace Faultline.Tool.Tests.Profiling;

/// <summary>run --profile and replay --profile: what is written, where, and what can be wrong.</summary>
public sealed class ProfileVerbTests(ProbeProgram probe) : IClassFixture<ProbeProgram>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_run_writes_its_sites_with_keys_sizes_and_lifetimes()
    {
        string path = Path.Combine(_folder, "Probe.faultline.json");
        (int code, _, string error) = ToolProcess.Run("", "run", "--profile", path, "--output", "/dev/null", probe.Path, "exit", "3");
        Assert.Equal(3, code);
        Assert.Contains($"faultline: profile of 1 call sites written to {path}\n", error);
        JsonElement root = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        Assert.Equal((1, "faultline-profile", "final"), (root.GetProperty("schema").GetInt32(), root.GetProperty("kind").GetString(), root.GetProperty("completeness").GetString()));
        JsonElement site = Assert.Single(root.GetProperty("sites").EnumerateArray());
        Assert.Matches("^[0-9a-f]{16}$", site.GetProperty("key").GetString());
        Assert.Equal("<top>", site.GetProperty("member").GetString());
        Assert.EndsWith("Programs/Probe/Program.cs", site.GetProperty("file").GetString());
        Assert.Equal((1, 1000, 1000), (site.GetProperty("sizes").GetProperty("count").GetInt32(), site.GetProperty("sizes").GetProperty("least").GetInt32(), site.GetProperty("sizes").GetProperty("greatest").GetInt32()));
        Assert.Equal(1, site.GetProperty("lifetimes").GetProperty("count").GetInt32());
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    /// <summary>The trace of the same run gives the same profile: counters, keys and all.</summary>
    [Fact]
    public void A_replay_of_the_run_s_trace_writes_the_same()
    {
        string run = Path.Combine(_folder, "run.faultline.json"), replay = Path.Combine(_folder, "replay.faultline.json"), trace = Path.Combine(_folder, "run.fltrace");
        Assert.Equal(0, ToolProcess.Run("", "run", "--quiet", "--profile", run, "--trace", trace, probe.Path, "exit", "0").ExitCode);
        Assert.Equal(0, ToolProcess.Run("", "replay", trace, "--output", "/dev/null", "--profile", replay).ExitCode);
        Assert.Equal(Sites(run), Sites(replay));
    }

    [Fact]
    public void A_source_that_is_newer_than_the_program_names_nothing()
    {
        string copy = Path.Combine(_folder, "App"), source = Repository.Path("tests", "Faultline.Tool.Tests", "Programs", "Probe", "Program.cs");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(probe.Path)!))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        string application = Path.Combine(copy, "Probe.dll"), path = Path.Combine(_folder, "Probe.faultline.json");
        File.SetLastWriteTimeUtc(application, File.GetLastWriteTimeUtc(source).AddDays(-1));
        (_, _, string error) = ToolProcess.Run("", "run", "--profile", path, "--output", "/dev/null", application, "exit", "0");
        Assert.Contains("1 of which the rules will not show", error);
        JsonElement site = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.GetProperty("sites")[0];
        Assert.Equal(JsonValueKind.Null, site.GetProperty("key").ValueKind);
        Assert.Equal("its source file was changed after the program was built", site.GetProperty("withoutKey").GetString());
    }

    [Fact]
    public void Wrong_usage_is_told_before_the_program_starts()
    {
        string there = Path.Combine(_folder, "a.faultline.json"), trace = Repository.Path("tests", "Faultline.Tracing.Tests", "Traces", "real-ls.trace.gz");
        File.WriteAllText(there, "");
        Assert.Contains("a profile's name ends in .faultline.json", Wrong("run", "app.dll", "--profile", "costs.json"));
        Assert.Contains($"--profile {there} exists: give another name, or --force", Wrong("run", "app.dll", "--profile", there));
        Assert.Contains("no such file or folder: nowhere", Wrong("run", "--profile", "nowhere"));
        Assert.Contains($"--profile {there} exists: give another name, or --force", Wrong("replay", trace, "--profile", there));
    }

    /// <summary>All that is said of the sites, but for the ids and what only a session or only a trace knows.</summary>
    private static string Sites(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.GetProperty("sites").GetRawText();

    private static string Wrong(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        Assert.Equal(2, FaultlineCommand.Run(arguments, output, error));
        Assert.Single(error.ToString().TrimEnd('\n').Split('\n'));
        return error.ToString();
    }
}
