using Faultline.TestSupport;
using Faultline.Tracing.Scenarios;

namespace Faultline.Tracing.Tests.Scenarios;

/// <summary>Every scenario among the samples: its expectations are met, and it prints the same on every run.</summary>
public sealed class SampleScenarioTests
{
    private static string Folder => Repository.Path("samples", "scenarios");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.scn").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void ExpectationsAreMetAndTheOutputRepeats(string file)
    {
        (ScenarioResult result, string output) = Run(file);
        Assert.True(result.Expectations > 0, $"{file} expects nothing");
        Assert.Equal(output, Run(file).Output);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void EachBeginsWithItsLesson(string file) => Assert.StartsWith("# ", File.ReadAllText(Path.Combine(Folder, file)));

    private static (ScenarioResult Result, string Output) Run(string file)
    {
        var output = new StringWriter { NewLine = "\n" };
        return (Scenario.Run(file, File.ReadAllText(Path.Combine(Folder, file)), output), output.ToString());
    }
}
