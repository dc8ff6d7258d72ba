using System.Diagnostics;
using Faultline.TestSupport;

namespace Faultline.BenchmarkDotNet.Tests;

/// <summary>A benchmark project, built and run by BenchmarkDotNet.</summary>
public class BenchmarkRunTests
{
    private static readonly string[] s_columns = ["Native allocs", "Native bytes", "Native leak", "Minor faults", "brk calls", "mmap calls"];

    /// <summary>Extra runs of few operations against the same operations counted by the program itself; and where the routing was on.</summary>
    [Fact]
    public void TheColumnsAreWhatTheShimCountsPerOperation()
    {
        string[] counted = Metrics(Run("own", "Naive").Output + Run("own", "Pooled").Output + Run("own", "Forgetful").Output);
        (int code, string output) = Run("run");
        Assert.True(code == 0, output);
        Assert.Equal(3 * s_columns.Length, counted.Length);
        Assert.Equal(counted, Metrics(output));

        Assert.Contains("metric Naive NativeAllocations 4", counted);
        Assert.Contains("metric Naive NativeBytes 4194304", counted);
        Assert.DoesNotContain("metric Naive MinorFaults 0", counted);
        Assert.Contains("metric Pooled NativeAllocations 0", counted);
        Assert.Contains("metric Pooled MinorFaults 0", counted);
        Assert.Contains("metric Forgetful NativeLeak 1048576", counted);
        Assert.Contains("metric Forgetful MmapCalls 1", counted);

        string header = output.Split('\n').Single(line => line.StartsWith("| Method", StringComparison.Ordinal));
        Assert.Equal(s_columns, header.Split('|', StringSplitOptions.TrimEntries)[^(s_columns.Length + 1)..^1]);
        string[] pooled = [.. output.Split('\n').Last(line => line.StartsWith("| Pooled", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries)];
        Assert.Equal(["-", "-", "-", "-", "-", "-"], pooled[^(s_columns.Length + 1)..^1]);
        // Of each benchmark's two processes one is routed.
        Assert.Equal(3, Count(output, "routed: False"));
        Assert.Equal(3, Count(output, "routed: True"));
    }

    [Fact]
    public void InsideOfBenchmarkDotNetsOwnProcessItIsRefused()
    {
        (int code, string output) = Run("in-process");
        Assert.Equal(1, code);
        Assert.Contains("error NativeMemoryFaults needs a process for each benchmark; InProcessNoEmitToolchain runs it inside of BenchmarkDotNet's own", output);
    }

    private static string[] Metrics(string output)
        => [.. output.Split('\n').Where(line => line.StartsWith("metric ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static int Count(string output, string text) => output.Split(text).Length - 1;

    private static (int ExitCode, string Output) Run(params string[] what)
    {
        string project = Repository.Path("tests", "Faultline.BenchmarkDotNet.TestProgram");
        string configuration = Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;
        string program = Path.Combine(project, "bin", configuration, "net10.0", "Faultline.BenchmarkDotNet.TestProgram.dll");
        ProcessStartInfo start = new("dotnet", ["exec", program, .. what]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = project };
        start.Environment.Remove("FAULTLINE_OFF");
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
