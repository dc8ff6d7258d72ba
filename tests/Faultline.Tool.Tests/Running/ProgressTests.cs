using Faultline.TestSupport;
using Faultline.Tool.Running;
using Faultline.Tool.Verbs;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;
using Spectre.Console;
using Progress = Faultline.Tool.Running.Progress;

namespace Faultline.Tool.Tests.Running;

/// <summary>How far a trace has been read, how fast, and who is told.</summary>
public class ProgressTests
{
    [Theory]
    [InlineData("Traces/real-make.trace.gz")]
    [InlineData("Recordings/orders.heaptrack.zst")]
    [InlineData("Recordings/orders.mtrace")]
    public void The_share_rises_to_the_whole_file(string trace)
    {
        List<double?> shares = [];
        using (MeteredTrace metered = new(TraceFiles.Open(Path(trace), out FileStream file), file, (_, share) => shares.Add(share), TimeSpan.Zero))
            TraceReplay.Run(metered, new ReplayOptions());
        Assert.All(shares, share => Assert.InRange(share!.Value, 0, 1));
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1, shares[^1]);
    }

    [Fact]
    public void A_metered_trace_is_the_trace()
    {
        using ITraceSource plain = TraceFiles.Open(Path("Recordings/orders.heaptrack.zst"));
        using MeteredTrace metered = new(TraceFiles.Open(Path("Recordings/orders.heaptrack.zst"), out FileStream file), file, (_, _) => { });
        ReplayResult expected = TraceReplay.Run(plain, new ReplayOptions()), actual = TraceReplay.Run(metered, new ReplayOptions());
        Assert.Equal(expected.Stacks, actual.Stacks);
        Assert.Equal(expected.Sites, actual.Sites);
        Assert.Equal(expected.Names.Sites, actual.Names.Sites);
        Assert.Equal(expected.Notes, actual.Notes);
        Assert.Equal(expected.Trace, actual.Trace);
    }

    [Theory]
    [InlineData(0, 0.0, "0 events, 0/s")]
    [InlineData(90, 2.0, "90 events, 45/s")]
    [InlineData(450_000, 10.0, "450,000 events, 45 k/s")]
    [InlineData(4_200_000, 2.0, "4,200,000 events, 2.1 M/s")]
    public void The_rate_has_a_unit(ulong events, double seconds, string text) => Assert.Equal(text, MeteredTrace.Rate(events, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void A_terminal_is_told_and_left_as_it_was()
    {
        using StringWriter screen = new();
        Progress progress = new(null, AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(screen), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes }));
        Assert.Equal(7, progress.Counting("comparing", "operations", 20, tell =>
        {
            tell(20);
            return 7;
        }));
        Assert.Matches(@"comparing: 20 operations, \S+ ?\S*/s", screen.ToString());
        // The bar is gone and the cursor is back.
        Assert.EndsWith("\e[?25h", screen.ToString());
    }

    [Fact]
    public void What_is_no_terminal_is_told_nothing()
    {
        using StringWriter error = new();
        ulong events = Progress.OnTerminal(error).Reading("replaying", open =>
        {
            using ITraceSource source = open(Path("Traces/real-make.trace.gz"));
            return TraceReplay.Run(source, new ReplayOptions()).Events;
        });
        Assert.Equal(3611UL, events);
        Assert.Equal("", error.ToString());
    }

    private static string Path(string name) => Repository.Path(["tests", "Faultline.Tracing.Tests", .. name.Split('/')]);
}
