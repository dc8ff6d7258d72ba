using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Tests.Binary;

public class RoundTripTests
{
    [Fact]
    public void RandomEventsComeBackAsTheyWere()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            TraceEvent[] events = new RandomEvents(seed).Next(500);
            using var reader = new TraceReader(new MemoryStream(TraceFiles.Write(events, flushEvery: 1 + seed % 97)));
            Assert.Null(reader.Damage);
            Assert.Equal(events.Length, reader.EventCount);
            List<TraceEvent> read = TraceFiles.ReadAll(reader, batch: 1 + seed % 13);
            for (int i = 0; i < events.Length; i++)
                Assert.True(events[i] == read[i], $"seed {seed}, event {i}: wrote {events[i]}, read {read[i]}");
            Assert.Equal(events.Length, read.Count);
        }
    }

    [Fact]
    public void MoreEventsThanTheBuffersHoldComeBackInOrder()
    {
        var random = new RandomEvents(7);
        var events = new TraceEvent[200_000];
        for (int i = 0; i < events.Length; i++)
            events[i] = random.Ordinary();
        byte[] file = TraceFiles.Write(events);
        Assert.True(file.Length > 4 * LaneBuffer.Capacity);
        using var reader = new TraceReader(new MemoryStream(file));
        Assert.Equal(events, TraceFiles.ReadAll(reader, batch: 1000));
    }

    [Fact]
    public void MetadataAndSitesComeBackAsTheyWere()
    {
        CallSite[] sites = [.. Enumerable.Range(1, 5000).Select(TraceFiles.Site)];
        using var reader = new TraceReader(new MemoryStream(TraceFiles.Write([], sites: sites)));
        Assert.Equal(TraceFiles.Metadata, reader.Metadata);
        Assert.Equal(sites, reader.Sites.Sites);
        Assert.Null(reader.Damage);
    }

    [Fact]
    public void ATraceWithoutMapsHasNone()
    {
        var stream = new MemoryStream();
        using (var writer = new TraceWriter(stream, TraceFiles.Metadata with { Maps = "" }))
            Assert.Null(writer.StopReason);
        using var reader = new TraceReader(new MemoryStream(stream.ToArray()));
        Assert.Equal(TraceFiles.Metadata with { Maps = "" }, reader.Metadata);
        Assert.Empty(reader.Notes);
    }

    [Fact]
    public void MetadataOfAnotherVersionKeepWhatIsKnown()
    {
        TraceMetadata read = MetadataText.Read("program=x\nfrom-the-future=7\ncpus=3\n"u8);
        Assert.Equal(new TraceMetadata { Program = "x", Cpus = 3 }, read);
        var thrown = Assert.Throws<TraceFormatException>(() => MetadataText.Read("cpus=many\n"u8));
        Assert.Contains("cpus=many", thrown.Message);
    }

    [Fact]
    public void SitesMayBeAddedAtAnyTime()
    {
        var stream = new MemoryStream();
        using (var writer = new TraceWriter(stream, TraceFiles.Metadata))
        {
            writer.AddSites([TraceFiles.Site(2)]);
            writer.Append(new TraceEvent { Kind = TraceEventKind.Malloc, Site = 900, Size = 10, Address = 0x1000 });
            writer.Flush();
            writer.AddSites([TraceFiles.Site(900), TraceFiles.Site(1)]);
        }

        using var reader = new TraceReader(new MemoryStream(stream.ToArray()));
        Assert.Equal([1, 2, 900], reader.Sites.Sites.Select(s => s.Id));
        Assert.Equal("Method900", reader.Sites.Get(TraceFiles.ReadAll(reader)[0].Site).Method);
    }
}
