using System.Text.RegularExpressions;
using Faultline.TestSupport;

namespace Faultline.EndToEnd.Tests;

/// <summary>
/// What a page tells its reader to type works: all of its faultline commands, from the first to the last, in one folder. Only the
/// building of a sample is left out: its built program is run.
/// </summary>
public partial class PageCommandTests
{
    [Theory]
    [InlineData("samples/why-top-shows-what-it-shows.md")]
    [InlineData("samples/tour.md")]
    public void The_commands_of_a_page_work(string page)
    {
        string folder = Directory.CreateTempSubdirectory("faultline-page-").FullName;
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, "samples"), Repository.Path("samples"));
            string[] commands = [.. Commands(File.ReadAllText(Repository.Path(page)))];
            Assert.NotEmpty(commands);
            foreach (string command in commands)
            {
                Completed run = Completed.Run("dotnet", [Programs.Tool, .. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Built)], folder: folder);
                Assert.True(run.ExitCode == 0, $"{command} ended with {run.ExitCode}: {run.Error}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Scenarios of which a page says figures in words.</summary>
    [Fact]
    public void The_pinned_heap_is_as_the_page_says()
    {
        Completed run = Completed.Run("dotnet", [Programs.Tool, "scenario", Repository.Path("samples/scenarios/pinned-heap.scn")]);
        Assert.Equal((15.7, 15.6), (Mebibytes(run.Output, "index.malloc_free"), Mebibytes(run.Output, "index.rss")));
    }

    private static double Mebibytes(string output, string value)
    {
        string line = output.Split('\n').Single(l => l.StartsWith($"{value} = ", StringComparison.Ordinal));
        return Math.Round(double.Parse(line[(value.Length + 3)..].Replace(",", "")) / (1 << 20), 1);
    }

    private static IEnumerable<string> Commands(string page)
        => CodeBlock().Matches(page).SelectMany(b => b.Groups[1].Value.Split('\n')).Where(l => l.StartsWith("faultline ", StringComparison.Ordinal));

    private static string Built(string argument)
        => argument.StartsWith("samples/", StringComparison.Ordinal) && File.Exists(Programs.Sample(argument["samples/".Length..]))
            ? Programs.Sample(argument["samples/".Length..])
            : argument;

    [GeneratedRegex("^```\\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();
}
