namespace Faultline.EndToEnd.Tests;

/// <summary>The user's program comes first: under the shim each sample prints and answers what it does without.</summary>
public class SampleTests
{
    [Theory]
    [InlineData("ImagePipeline")]
    [InlineData("ChurningReader")]
    [InlineData("LeakyCache")]
    [InlineData("ZstdRoundTrip")]
    [InlineData("FragmentedIndex")]
    public void Same_results_and_every_call_counted(string sample)
    {
        string program = Programs.Sample(sample);
        string counts = Path.Combine(Path.GetTempPath(), $"counts-{Guid.NewGuid():N}");
        var environment = new Dictionary<string, string> { ["SAMPLE_COUNTS"] = counts };
        try
        {
            Completed alone = Completed.Run("dotnet", [program], environment);
            ulong counted = CountedCalls(counts);
            File.Delete(counts);
            Watched watched = Watched.Start(program, [], environment);

            Assert.Equal(0, alone.ExitCode);
            Assert.Equal(alone.Output, watched.Run.Output);
            Assert.Equal(alone.ExitCode, watched.Run.ExitCode);
            Assert.Equal(counted, CountedCalls(counts));
            Assert.Equal(counted, OwnCalls(watched, sample));
            Assert.Equal("final", watched.Completeness);
        }
        finally
        {
            File.Delete(counts);
        }
    }

    /// <summary>Calls at the program's own call sites: the counter in the program does not see its libraries' calls.</summary>
    private static ulong OwnCalls(Watched watched, string assembly) => watched.Sites
        .Where(site => site.GetProperty("assembly").GetString() == assembly)
        .Aggregate(0UL, (sum, site) => sum + site.GetProperty("calls").GetUInt64());

    private static ulong CountedCalls(string file)
    {
        string[] words = File.ReadAllText(file).Split(' ', StringSplitOptions.TrimEntries);
        Assert.Equal("calls", words[0]);
        return ulong.Parse(words[1]);
    }
}
