using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Tests.Binary;

namespace Faultline.Tracing.Tests.Replay;

/// <summary>Recordings of other tools, whole and damaged.</summary>
public class RecordingReplayTests
{
    [Theory]
    [InlineData("orders.heaptrack.zst")]
    [InlineData("orders.heaptrack.raw.zst")]
    [InlineData("invoices.heaptrack.gz")]
    [InlineData("orders.mtrace")]
    public void A_recording_is_replayed_and_twice_to_the_same_figures(string name)
    {
        ReplayResult first = Replays.Run(Recordings.Open(name)), second = Replays.Run(Recordings.Open(name));
        Assert.Equal(AssumedTouches.Written, first.Assumed);
        Assert.True(first.Sites.Count > 1);
        Assert.True(first.Snapshot.MinorFaults > 0);
        Assert.Equal(first.Sites, second.Sites);
        Assert.Equal(first.Snapshot.MinorFaults, second.Snapshot.MinorFaults);
        Assert.Equal(first.Snapshot.ResidentPages, second.Snapshot.ResidentPages);
    }

    [Fact]
    public void What_is_read_of_a_cut_recording_is_replayed()
    {
        byte[] whole = Recordings.Plain("orders.heaptrack.zst");
        using MemoryStream half = new(whole, 0, whole.Length / 2);
        ReplayResult cut = Replays.Run(TraceImport.Open(half, "cut"));
        Assert.True(cut.Events > 0);
        Assert.True(cut.Events < Replays.Run(Recordings.Open("orders.heaptrack.zst")).Events);
    }

    [Fact]
    public void A_fltrace_is_replayed_by_site_and_up_to_its_damage()
    {
        TraceEvent[] events = RecordedTrace.Load(RecordedTrace.CommittedFolder, "real-make");
        byte[] file = TraceFiles.Write(events, flushEvery: 500, sites: Enumerable.Range(1, 110).Select(TraceFiles.Site));
        ReplayResult whole = Replays.Run(TraceImport.Open(new MemoryStream(file), "whole"));
        Assert.Equal((ulong)events.Length, whole.Events);
        Assert.Equal("faultline", whole.Trace.Source);
        Assert.True(whole.Sites.Count > 10);
        ReplayResult cut = Replays.Run(TraceImport.Open(new MemoryStream(file[..(file.Length / 2)]), "cut"));
        Assert.NotNull(cut.Damage);
        Assert.InRange(cut.Events, 1UL, whole.Events - 1);
    }

    [Fact]
    public void Untouched_blocks_take_only_the_allocators_faults()
    {
        ReplayOptions none = Replays.Default with { Touches = AssumedTouches.None };
        ReplayResult untouched = Replays.Run(Recordings.Open("orders.mtrace"), none), written = Replays.Run(Recordings.Open("orders.mtrace"));
        Assert.Equal(AssumedTouches.None, untouched.Assumed);
        Assert.InRange(untouched.Snapshot.MinorFaults, 1UL, written.Snapshot.MinorFaults);
    }
}
