using System.Runtime.InteropServices;
using System.Text.Json;
using Faultline.TestSupport;

namespace Faultline.Tool.Tests;

/// <summary>The probe program, built by the tool from its project folder.</summary>
public sealed class ProbeProgram
{
    public ProbeProgram()
    {
        string folder = Repository.Path("tests", "Faultline.Tool.Tests", "Programs", "Probe");
        BuildRun = ToolProcess.Run("", "run", folder, "--", "arguments", "a b", "--", "-c");
        Path = System.IO.Path.Combine(folder, "bin", "Release", "net10.0", "Probe.dll");
    }

    public (int ExitCode, string Output, string Error) BuildRun { get; }

    public string Path { get; }
}

/// <summary>What passes through the tool unchanged (streams, arguments, exit code, signals), and where the report goes.</summary>
public sealed partial class RunTests(ProbeProgram probe) : IClassFixture<ProbeProgram>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AProjectFolderIsBuiltAndItsProgramGetsWhatFollowsTheSeparator()
    {
        (int exitCode, string output, string error) = probe.BuildRun;
        Assert.Equal(0, exitCode);
        Assert.Equal("a b|--|-c\n", output);
        Assert.StartsWith("faultline: building ", error);
        Assert.Contains("Faultline: Probe.dll", error);
        Assert.Contains("Program.cs:8 ", error);
        Assert.Contains("Next: ", error);
    }

    [Fact]
    public void StreamsAreTheProgramsOwn()
    {
        (int exitCode, string output, string error) = ToolProcess.Run("hello\n", "run", "--quiet", probe.Path, "copy");
        Assert.Equal((0, "HELLO\n", "copied"), (exitCode, output, error));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    public void TheExitCodeIsTheProgramsOwn(int code) => Assert.Equal(code, ToolProcess.Run("", "run", "--quiet", probe.Path, "exit", $"{code}").ExitCode);

    [Fact]
    public void TheLibcIsTheOneAskedForAndItsTraceIsReplayedOnIt()
    {
        string trace = Path.Combine(_folder, "libc.fltrace");
        string report = ToolProcess.Run("", "run", "--libc", "glibc-2.41", "--trace", trace, probe.Path, "exit", "0").Error;
        Assert.Contains("libc        glibc-2.41 (simulated", report);
        Assert.Equal(Host.HasProfileLibc, report.Contains("this machine has 2.36: --libc glibc-2.36", StringComparison.Ordinal));
        Assert.Contains("libc        glibc-2.41 (simulated)", ToolProcess.Run("", "replay", trace).Output);
    }

    [Fact]
    public void AKilledProgramIsReported()
    {
        (int exitCode, _, string error) = ToolProcess.Run("", "run", probe.Path, "kill");
        Assert.Equal(137, exitCode);
        Assert.Contains("killed by SIGKILL (exit code 137)", error);
        Assert.Contains("2 calls", error);
    }

    [Theory]
    [InlineData("SIGTERM", 15)]
    [InlineData("SIGINT", 2)]
    [InlineData("SIGHUP", 1)]
    [InlineData("SIGQUIT", 3)]
    public void ASignalToTheToolReachesTheProgramOnceAndTheReportIsMade(string name, int number)
    {
        using ToolProcess tool = ToolProcess.Start("run", probe.Path, "wait", name);
        Assert.Equal("ready", tool.ReadLine());
        Assert.Equal(0, kill(tool.Id, number));
        (int exitCode, string output, string error) = tool.End();
        Assert.Equal($"{name} came 1 times\n", output);
        Assert.Equal(11, exitCode);
        Assert.Contains("Next: ", error);
    }

    [Fact]
    public void TheReportGoesToAFileWhole()
    {
        string report = Path.Combine(_folder, "report.txt");
        (int exitCode, _, string error) = ToolProcess.Run("", "run", "--output", report, probe.Path, "exit", "3");
        Assert.Equal(3, exitCode);
        Assert.Contains($"report written to {report}", error);
        Assert.StartsWith("Faultline: Probe.dll\n", File.ReadAllText(report));
        Assert.Equal([report], Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void ForceOverwrites()
    {
        string report = Path.Combine(_folder, "report.txt");
        File.WriteAllText(report, "old");
        ToolProcess.Run("", "run", "--quiet", "--force", "-o", report, probe.Path, "exit", "0");
        Assert.StartsWith("Faultline: Probe.dll\n", File.ReadAllText(report));
    }

    [Fact]
    public void JsonIsTheSameRunInTheMachinesForm()
    {
        string report = Path.Combine(_folder, "report.json");
        ToolProcess.Run("", "run", "--json", "--quiet", "-o", report, "--ram", "1GiB", "--cpus", "3", "--thp", "never", probe.Path, "exit", "3");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(report));
        JsonElement root = document.RootElement;
        Assert.Equal(3, root.GetProperty("program").GetProperty("exitCode").GetInt32());
        Assert.Equal("final", root.GetProperty("data").GetProperty("completeness").GetString());
        Assert.Equal(1L << 30, root.GetProperty("profile").GetProperty("ramBytes").GetInt64());
        Assert.Equal(3, root.GetProperty("profile").GetProperty("cpus").GetInt32());
        Assert.Equal("never", root.GetProperty("profile").GetProperty("thp").GetString());
        Assert.Equal(["DMA", "DMA32"], root.GetProperty("zones").EnumerateArray().Select(z => z.GetProperty("zone").GetString()));
        Assert.All(root.GetProperty("zones").EnumerateArray(), z => Assert.Equal(0, z.GetProperty("unusableIndex")[0].GetDouble()));
        Assert.Equal(2, root.GetProperty("totals").GetProperty("calls").GetInt32());
        Assert.Equal(1000, root.GetProperty("totals").GetProperty("requestedBytes").GetInt32());
    }

    [Fact]
    public void ADeviceIsWrittenToNotReplaced()
    {
        (int exitCode, string output, _) = ToolProcess.Run("", "run", "--quiet", "--output", "/dev/stdout", probe.Path, "exit", "0");
        Assert.Equal(0, exitCode);
        Assert.StartsWith("Faultline: Probe.dll\n", output);
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
