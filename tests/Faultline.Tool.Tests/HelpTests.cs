using System.Text.RegularExpressions;

namespace Faultline.Tool.Tests;

public class HelpTests
{
    [Fact]
    public void TheRootListsVerbsExamplesAndExitCodes()
    {
        string help = Output("--help");
        Assert.Contains("run <program>", help);
        Assert.Contains("Examples:", help);
        Assert.Contains("Exit codes:", help);
    }

    [Fact]
    public void TheRootHasOneExampleForEachVerb()
    {
        string help = Output("--help"), commands = help[help.IndexOf("Commands:", StringComparison.Ordinal)..help.IndexOf("Examples:", StringComparison.Ordinal)];
        string[] verbs = [.. Regex.Matches(commands, @"(?m)^  (\w+)").Select(match => match.Groups[1].Value)];
        Assert.Contains("vmstat", verbs);
        Assert.Equal(verbs.Order(), Regex.Matches(help, @"(?m)^  faultline (\w+)").Select(match => match.Groups[1].Value).Order());
    }

    [Fact]
    public void RunExplainsEveryColumnOfTheReport()
    {
        string help = Output("run", "--help");
        foreach (string column in new[] { "faults", "requested", "blocks", "brk", "mmap", "resident", "live at exit", "site" })
            Assert.Matches($@"(?m)^  {Regex.Escape(column)}  |; {Regex.Escape(column)}:|: {Regex.Escape(column)}:| {Regex.Escape(column)}: ", help);
        Assert.Contains("Exit codes:", help);
    }

    /// <summary>The examples are command lines that parse: they fail only for their files.</summary>
    [Fact]
    public void ExamplesParse()
    {
        string[] examples = [.. (Output("--help") + Output("run", "--help")).Split('\n').Where(l => l.StartsWith("  faultline run ", StringComparison.Ordinal))];
        Assert.NotEmpty(examples);
        foreach (string example in examples)
        {
            string[] words = example.Trim().Split("   ")[0].Replace("--output report", "--output /nowhere/report").Replace("-o report", "-o /nowhere/report").Split(' ')[1..];
            words = [.. words.Select(w => w.StartsWith("samples/", StringComparison.Ordinal) ? "nowhere.dll" : w)];
            using StringWriter output = new(), error = new();
            Assert.Equal(2, FaultlineCommand.Run(words, output, error));
            Assert.Matches("no such file or folder|there is no folder /nowhere", error.ToString());
        }
    }

    [Fact]
    public void VersionIsOneNumber() => Assert.Matches(@"^\d+\.\d+\.\d+\n$", Output("--version"));

    private static string Output(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        Assert.Equal(0, FaultlineCommand.Run(arguments, output, error));
        Assert.Empty(error.ToString());
        return output.ToString();
    }
}
