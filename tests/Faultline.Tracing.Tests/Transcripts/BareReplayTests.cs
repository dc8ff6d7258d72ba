using Faultline.TestSupport;
using Faultline.Tracing.Tests.Replay;
using Faultline.Tracing.Text;
using Faultline.Tracing.Transcripts;

namespace Faultline.Tracing.Tests.Transcripts;

/// <summary>The replay that is timed does what the others do.</summary>
public class BareReplayTests
{
    [Theory]
    [InlineData("real-ls")]
    [InlineData("real-make")]
    [InlineData("gen-edge")]
    public void Takes_the_faults_that_the_counted_replay_takes(string name)
    {
        using BareReplay bare = new(Read(name));
        bare.Run(touches: true);
        Assert.Equal(Replays.Committed(name).Work.MinorFaults, bare.MinorFaults);
        using BareReplay untouched = new(Read(name));
        untouched.Run(touches: false);
        Assert.True(untouched.MinorFaults < bare.MinorFaults);
    }

    [Fact]
    public void Refuses_threads() => Assert.Throws<ArgumentException>(() => new BareReplay(Read("mt-first")));

    private static TextTrace Read(string name) => TextTraceReader.Read(Repository.Path("tests", "Faultline.Tracing.Tests", "Traces", name + ".trace.gz"));
}
