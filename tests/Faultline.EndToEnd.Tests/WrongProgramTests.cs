using System.Text.Json;

namespace Faultline.EndToEnd.Tests;

/// <summary>Programs that misuse native memory go on, with a finding that names the places; programs that end badly end as they do alone.</summary>
public class WrongProgramTests
{
    [Theory]
    [InlineData("double-free", "doubleFree")]
    [InlineData("free-moved", "freeOfInteriorPointer")]
    [InlineData("past-end", "writePastEnd")]
    [InlineData("write-after-free", "writeAfterFree")]
    [InlineData("touch-after-unmap", "touchOfFreedPage")]
    [InlineData("mismatch", "familyMismatch")]
    public void Misuse_is_reported_and_survived(string name, string kind)
    {
        Watched watched = Start(name);

        Assert.Equal(0, watched.Run.ExitCode);
        Assert.Equal($"end of {name}\n", watched.Run.Output);
        JsonElement finding = watched.Findings.First(f => f.GetProperty("kind").GetString() == kind);
        Assert.All(finding.GetProperty("steps").EnumerateArray(), step => Assert.EndsWith("Program.cs", step.GetProperty("file").GetString()));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("foreign-pointer")]
    public void Nothing_is_reported_where_nothing_is_wrong(string name)
    {
        Watched watched = Start(name);

        Assert.Equal(0, watched.Run.ExitCode);
        Assert.Empty(watched.Findings);
    }

    [Fact]
    public void Foreign_pointers_go_to_the_real_functions_and_are_counted()
    {
        Watched watched = Start("foreign-pointer");

        Assert.Equal(2, watched.Report.GetProperty("routing").GetProperty("foreignCalls").GetInt32());
    }

    [Theory]
    [InlineData("exit", 7, "final")]
    [InlineData("throw", 134, "final")]
    [InlineData("fail-fast", 134, null)]
    [InlineData("kill", 137, "interrupted")]
    public void A_bad_end_is_passed_through_and_reported(string name, int exitCode, string? completeness)
    {
        Watched watched = Start(name);

        Assert.Equal(exitCode, watched.Run.ExitCode);
        Assert.Equal(10UL, watched.Report.GetProperty("totals").GetProperty("liveBlocks").GetUInt64());
        if (completeness != null)
            Assert.Equal(completeness, watched.Completeness);
    }

    [Fact]
    public void An_unhandled_exception_still_prints_its_own_trace()
    {
        Watched watched = Start("throw");

        Assert.Contains("System.InvalidOperationException: thrown on purpose", watched.Run.Error);
        Assert.Contains("Program.cs:line", watched.Run.Error);
    }

    [Fact]
    public void Sixteen_threads_lose_nothing()
    {
        Watched watched = Start("threads");

        Assert.Equal("corrupted 0\nend of threads\n", watched.Run.Output);
        Assert.Empty(watched.Findings);
        Assert.Equal(0UL, watched.Report.GetProperty("totals").GetProperty("liveBlocks").GetUInt64());
    }

    [Fact]
    public void The_programs_own_malloc_settings_are_in_force()
    {
        Watched watched = Watched.Start(Programs.Fixture("WrongPrograms"), ["threads"], new Dictionary<string, string> { ["MALLOC_ARENA_MAX"] = "1" });

        Assert.Equal("corrupted 0\nend of threads\n", watched.Run.Output);
        Assert.Equal("a cache and an arena for each thread, at most 1; from the environment: arena_max=1",
            watched.Report.GetProperty("profile").GetProperty("arenas").GetString());
        Assert.Equal(0UL, watched.Report.GetProperty("totals").GetProperty("liveBlocks").GetUInt64());
    }

    private static Watched Start(string name) => Watched.Start(Programs.Fixture("WrongPrograms"), [name]);
}
