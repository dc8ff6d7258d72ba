namespace Faultline.EndToEnd.Tests;

/// <summary>Wrong input to the tool: one line that says what was wrong and what to do, and exit code 2.</summary>
public class WrongInputTests
{
    [Fact]
    public void No_such_file() => Refuses(["no-such-thing.dll"], "no-such-thing.dll");

    [Fact]
    public void Not_a_dotnet_assembly() => Refuses(["/bin/true"], "/bin/true");

    [Fact]
    public void Not_a_dotnet_assembly_though_its_name_says_so()
    {
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.dll");
        File.WriteAllText(file, "not a program");
        try
        {
            Refuses([file], file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Output_that_cannot_be_written() =>
        Refuses(["--output", "/proc/no/report.txt", Programs.Fixture("WrongPrograms"), "--", "none"], "/proc/no/report.txt");

    [Fact]
    public void Output_that_exists_is_kept()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "precious");
            Refuses(["--output", file, Programs.Fixture("WrongPrograms"), "--", "none"], "--force");
            Assert.Equal("precious", File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--ram", "lots")]
    [InlineData("--ram", "0")]
    [InlineData("--thp", "sometimes")]
    [InlineData("--observer", "guess")]
    [InlineData("--top", "-3")]
    [InlineData("--cpus", "0")]
    public void Bad_values_are_named(string option, string value) =>
        Refuses([option, value, Programs.Fixture("WrongPrograms"), "--", "none"], value);

    [Fact]
    public void A_mistyped_option_is_named() => Refuses(["--obsrver", "assume", Programs.Fixture("WrongPrograms")], "--obsrver");

    private static void Refuses(string[] arguments, string offender)
    {
        Completed run = Completed.Run("dotnet", [Programs.Tool, "run", .. arguments]);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        string line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(offender, line);
    }
}
