using System.Text.Json;
using Faultline.Libc;
using Faultline.TestSupport;

namespace Faultline.Tool.Tests.Verifying;

/// <summary>The verb against the C library of this machine, and its wrong usage, which needs none.</summary>
public class VerifyVerbTests
{
    [RealLibcFact]
    public void Committed_traces_and_the_kernel_s_scenarios_are_identical()
    {
        (int code, string output, string error) = Run("verify", Fixture("gen-edge"), Fixture("gen-brklimit"), Fixture("mt-first"), Fixture("mt-tunables"));
        Assert.True(code == 0, output);
        Assert.Equal("", error);
        Assert.Contains("glibc 2.36", output);
        Assert.Contains("4 of 4 traces identical", output);
        Assert.Contains("15 of 15 kernel scenarios identical", output);
    }

    [RealLibcFact]
    public void Json_says_the_same()
    {
        (int code, string output, _) = Run("verify", "--json", Fixture("real-ls"));
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal(0, code);
        Assert.True(document.RootElement.GetProperty("identical").GetBoolean());
        Assert.True(document.RootElement.GetProperty("traces")[0].GetProperty("identical").GetBoolean());
        Assert.Equal(15, document.RootElement.GetProperty("kernel").GetArrayLength());
    }

    [RealLibcTheory]
    [InlineData("mixed", "60000")]
    [InlineData("threads-tunables", "20000")]
    public void Random_traces_are_identical(string profile, string operations)
    {
        (int code, string output, _) = Run("verify", "--fuzz", "--seed", "5", "--ops", operations, "--profile", profile, "--output", Path.Combine(Path.GetTempPath(), $"faultline-fuzz-{Environment.ProcessId}.trace"), "--force");
        Assert.True(code == 0, output);
        Assert.Contains($"{operations} operations in", output);
        Assert.Contains($"Repeat with: faultline verify --fuzz --seed 5 --ops {operations} --profile {profile}", output);
    }

    [RealLibcFact]
    public void Speeds_stand_side_by_side_and_traces_with_threads_are_left_out()
    {
        (int code, string output, string error) = Run("verify", "--time", "--json", Fixture("real-ls"), Fixture("mt-first"));
        Assert.Equal((0, ""), (code, error));
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement timed = document.RootElement.GetProperty("traces")[0], threaded = document.RootElement.GetProperty("traces")[1];
        foreach (string part in new[] { "callsOnly", "withTouches" })
            Assert.True(timed.GetProperty(part).GetProperty("realNanoseconds").GetDouble() > 0 && timed.GetProperty(part).GetProperty("modelNanoseconds").GetDouble() > 0);
        Assert.True(timed.GetProperty("calls").GetInt32() < timed.GetProperty("operations").GetInt32());
        Assert.Contains("threads take turns", threaded.GetProperty("failure").GetString());
        string text = Run("verify", "--time", Fixture("real-ls")).Output;
        Assert.Contains("geometric mean of ratios", text);
        Assert.Contains("real-ls.trace.gz", text);
    }

    [Theory]
    [InlineData("--time does not go with --fuzz", "verify", "--fuzz", "--time")]
    [InlineData("--libc 2.41 is none of glibc-2.36, ", "verify", "--libc", "2.41")]
    [InlineData("--real-libc nowhere has no ld-linux-x86-64.so.2: unpack the library's package", "verify", "--real-libc", "nowhere")]
    [InlineData("--seed goes with --fuzz only", "verify", "--seed", "1")]
    [InlineData("--ops many is not a positive number", "verify", "--fuzz", "--ops", "many")]
    [InlineData("--ops 0 is not a positive number", "verify", "--fuzz", "--ops", "0")]
    [InlineData("--seed x is not a number", "verify", "--fuzz", "--seed", "x")]
    [InlineData("--profile odd is none of small, mixed", "verify", "--fuzz", "--profile", "odd")]
    [InlineData("--fuzz makes its own traces: leave a.trace out", "verify", "--fuzz", "a.trace")]
    [InlineData("no such file: nowhere.trace", "verify", "nowhere.trace")]
    [InlineData("unknown option --foo", "verify", "--foo")]
    public void Wrong_usage_is_one_line(string expected, params string[] arguments)
    {
        (int code, string output, string error) = Run(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, Assert.Single(error.TrimEnd('\n').Split('\n')));
    }

    /// <summary>Traces of every kind, and random ones, against the C library that the environment names.</summary>
    [OtherLibcTheory]
    [InlineData("libc-realloc", "libc-memalign", "libc-calloc-bins", "libc-fallback", "gen-edge", "gen-brklimit", "mt-first", "mt-tunables")]
    public void Another_c_library_is_identical_under_its_own_profile(params string[] traces)
    {
        (string folder, string version) = OtherLibc.Found!.Value;
        string profile = LibcProfile.ForVersion(version)?.Name ?? throw new InvalidOperationException($"{folder} has glibc {version}, which is not modelled");
        (int code, string output, _) = Run(["verify", "--libc", profile, "--real-libc", folder, .. traces.Select(Fixture)]);
        Assert.True(code == 0, output);
        Assert.Contains($"host: glibc {version}, ", output);
        Assert.Contains($"model: {profile}, ", output);
        (code, output, _) = Run(["verify", "--fuzz", "--ops", "60000", "--libc", profile, "--real-libc", folder]);
        Assert.True(code == 0, output);
    }

    private static string Fixture(string name) => Repository.Path("tests", "Faultline.Tracing.Tests", "Traces", name + ".trace.gz");

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = FaultlineCommand.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
