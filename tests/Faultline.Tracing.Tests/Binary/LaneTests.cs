using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Tests.Binary;

public class LaneTests
{
    /// <summary>Threads draw times from one counter, so that the right order of all events is known.</summary>
    [Theory]
    [InlineData(2, 100_000)]
    [InlineData(16, 10_000)]
    public void EventsOfThreadsAreMergedByTime(int threads, int each)
    {
        var stream = new MemoryStream();
        long clock = 0;
        using (var writer = new TraceWriter(stream, TraceFiles.Metadata))
        {
            Run(threads, thread =>
            {
                using TraceLane lane = writer.OpenLane();
                for (int i = 0; i < each; i++)
                    lane.Append(Numbered(thread, i, (ulong)Interlocked.Increment(ref clock)));
            }, whileRunning: writer.Flush);
        }

        using var reader = new TraceReader(new MemoryStream(stream.ToArray()));
        List<TraceEvent> events = TraceFiles.ReadAll(reader, batch: 777);
        Assert.Null(reader.Damage);
        Assert.Equal(threads * each, events.Count);
        var next = new ulong[threads];
        for (int i = 0; i < events.Count; i++)
        {
            Assert.Equal((ulong)i + 1, events[i].Time);
            Assert.Equal(next[events[i].Thread]++, events[i].Size);
        }
    }

    [Fact]
    public void ALaneIsUsedAgainByTheNextThread()
    {
        var stream = new MemoryStream();
        using (var writer = new TraceWriter(stream, TraceFiles.Metadata))
        {
            for (int thread = 0; thread < 100; thread++)
                using (TraceLane lane = writer.OpenLane())
                {
                    Assert.Equal(0, lane.Number);
                    lane.Append(Numbered(thread, thread, (ulong)thread));
                }
        }

        using var reader = new TraceReader(new MemoryStream(stream.ToArray()));
        Assert.Equal(Enumerable.Range(0, 100), TraceFiles.ReadAll(reader).Select(e => e.Thread));
    }

    [Fact]
    public void EqualTimesKeepTheOrderOfLanes()
    {
        var stream = new MemoryStream();
        using (var writer = new TraceWriter(stream, TraceFiles.Metadata))
        {
            TraceLane first = writer.OpenLane(), second = writer.OpenLane();
            second.Append(Numbered(1, 0, 5));
            first.Append(Numbered(0, 0, 5));
            second.Append(Numbered(1, 1, 5));
            first.Append(Numbered(0, 1, 6));
        }

        using var reader = new TraceReader(new MemoryStream(stream.ToArray()));
        Assert.Equal([(0, 0UL), (1, 0UL), (1, 1UL), (0, 1UL)], TraceFiles.ReadAll(reader).Select(e => (e.Thread, e.Size)));
    }

    [Fact]
    public void AppendingAllocatesNothing()
    {
        using var writer = new TraceWriter(Stream.Null, TraceFiles.Metadata);
        TraceLane lane = writer.OpenLane();
        lane.Append(Numbered(0, 0, 0));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 300_000; i++)
            lane.Append(Numbered(i & 1, i, (ulong)i));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static TraceEvent Numbered(int thread, int number, ulong time)
        => new() { Kind = TraceEventKind.Malloc, Thread = thread, Size = (ulong)number, Time = time, Address = 0x7f00_0000_0010 + (ulong)number * 32 };

    private static void Run(int threads, Action<int> body, Action whileRunning)
    {
        Thread[] all = [.. Enumerable.Range(0, threads).Select(number => new Thread(() => body(number)))];
        foreach (Thread thread in all)
            thread.Start();
        while (all.Any(thread => thread.IsAlive))
        {
            whileRunning();
            Thread.Sleep(1);
        }
    }
}
