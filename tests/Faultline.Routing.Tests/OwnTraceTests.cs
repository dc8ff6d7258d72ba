namespace Faultline.Routing.Tests;

/// <summary>A program that the compiler routed records itself: the replay has the figures of its own report.</summary>
public class OwnTraceTests
{
    [Theory]
    [InlineData("ChurningReader")]
    [InlineData("LeakyCache")]
    public void AReplayHasTheFiguresOfTheRun(string sample)
    {
        (RoutedRun run, RoutedRun replay) = RoutedRun.RecordedByCompiler(sample);

        Assert.Equal(0, run.ExitCode);
        Assert.NotEmpty(run.Sites(sample));
        Assert.Equal(run.Sites(sample), replay.Sites(sample));
        Assert.Equal(run.MinorFaults, replay.MinorFaults);
        Assert.True(run.Report.GetProperty("trace").GetProperty("events").GetInt64() > 1000);
    }
}
