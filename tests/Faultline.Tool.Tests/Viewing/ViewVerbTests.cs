using Faultline.TestSupport;

namespace Faultline.Tool.Tests.Viewing;

/// <summary>proc, top, free, vmstat and scenario as a user types them.</summary>
public sealed class ViewVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-views-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("no such file: none.scn", "proc", "none.scn")]
    [InlineData("nothing to look at given", "proc")]
    [InlineData("no file /proc/budyinfo, did you mean /proc/buddyinfo?", "proc", "STORY", "budyinfo")]
    [InlineData("no file /proc/9/stat", "proc", "STORY", "/proc/9/stat")]
    [InlineData("--at 99 is past the end", "proc", "STORY", "--at", "99")]
    [InlineData("--at 99 is past the end", "free", "TRACE", "--at", "99")]
    [InlineData("STORY.scn:1:1: unknown statement 'strat', did you mean 'start'?", "top", "WRONG")]
    [InlineData("--once goes with --live", "top", "STORY", "--once")]
    [InlineData("'x' is no process number", "top", "--live", "x")]
    [InlineData("no program 1 runs under faultline", "top", "--live", "1")]
    [InlineData("exists: give another name, or --force to write into it", "proc", "STORY", "--export", "FOLDER")]
    [InlineData("no scenario given", "scenario")]
    public void WrongInputIsOneLineThatHelps(string message, params string[] arguments)
    {
        (int exitCode, string output, string error) = Run(arguments);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith("faultline: ", error);
        Assert.Contains(message.Replace("STORY.scn", Path.Combine(_folder, "wrong.scn")), error);
        Assert.Equal(1, error.Count(character => character == '\n'));
    }

    [Fact]
    public void FilesAreThoseOfTheLineThatWasAskedFor()
    {
        Assert.Contains("VmRSS:\t       0 kB", Run("proc", "STORY", "/proc/2/status", "--at", "2").Output);
        Assert.Contains("VmRSS:\t    1024 kB", Run("proc", "STORY", "2/status").Output);
    }

    [Fact]
    public void FilesOfATraceAreThoseOfTheEvent()
    {
        Assert.Contains("VmRSS:\t    1032 kB", Run("proc", "TRACE", "1/status").Output);
        Assert.Contains("VmRSS:\t       8 kB", Run("proc", "TRACE", "1/status", "--at", "1").Output);
    }

    [Fact]
    public void WithoutAPathTheFilesAreListed()
    {
        string[] listed = Run("proc", "STORY").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("/proc/meminfo", listed);
        Assert.Contains("/proc/2/smaps", listed);
    }

    [Fact]
    public void AnUnmetExpectationIsOneAndAMistakeIsTwo()
    {
        Assert.Equal(0, Run("scenario", "STORY").ExitCode);
        Assert.Equal(2, Run("scenario", "WRONG").ExitCode);
        string unmet = Write("unmet.scn", "expect 1 == 2\n");
        (int exitCode, _, string error) = ToolProcess.Run("", "scenario", unmet);
        Assert.Equal((1, $"faultline: {unmet}:1:8: not met: 1 == 2: 1 against 2\n"), (exitCode, error));
    }

    [Fact]
    public void ARunningProgramIsFollowed()
    {
        string folder = Repository.Path("tests", "Faultline.Tool.Tests", "Programs", "Probe");
        using ToolProcess run = ToolProcess.Start("run", folder, "--", "wait", "SIGTERM");
        Assert.Equal("ready", run.ReadLine());
        string look = "";
        // The first snapshot may not be there yet.
        for (int i = 0; i < 50 && !look.Contains("real (observed)"); i++)
            look = ToolProcess.Run("", "top", "--live", "--once").Output;
        Assert.Contains("VIRT", look);
        Assert.Contains("simulated", look);
        Assert.Contains("real (observed)", look);
    }

    private (int ExitCode, string Output, string Error) Run(params string[] arguments)
        => ToolProcess.Run("", [.. arguments.Select(argument => argument switch
        {
            "STORY" => Write("story.scn", "machine ram=128M\nstart app\napp: mmap buffer 1M\napp: write buffer\n"),
            "WRONG" => Write("wrong.scn", "strat app\n"),
            "TRACE" => Write("app.trace", "a 0 1048576\nt 0 0 1048576\n"),
            "FOLDER" => Path.GetDirectoryName(Write("kept", "kept"))!,
            _ => argument,
        })]);

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
