using Faultline.Shim.Recording;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Recording;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Recording;

/// <summary>What an engine records, replayed: blocks where they were, faults charged to whom they were charged.</summary>
public sealed unsafe class RecorderTests : IDisposable
{
    private const int Threads = 8;
    private const int Steps = 3000;

    private readonly RecordingMemory _memory = RecordingMemory.Create();
    private readonly string _file = Path.GetTempFileName();
    private RecordingDrain? _drain;

    public void Dispose()
    {
        _memory.Dispose();
        File.Delete(_file);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_replay_puts_every_block_where_it_was_and_takes_the_same_faults(int seed)
    {
        using TestEngine test = new(recorder: new Recorder(RecordingMemory.Attach($"/proc/self/fd/{_memory.Descriptor}")));
        (SnapshotRecord snapshot, ReplayResult replay) = RecordAndReplay(test, threads: 1, seed);

        Assert.True(replay.IsFaithful, string.Join("; ", replay.Notes));
        Assert.Empty(replay.Notes);
        Assert.Equal(snapshot.MinorFaults, replay.Snapshot.MinorFaults);
        Assert.Equal(snapshot.AllocatorFaults, replay.Snapshot.AllocatorFaults);
        Assert.Equal(snapshot.PeakResidentPages, replay.Snapshot.PeakResidentPages);
        Assert.Equal((snapshot.BrkCalls, snapshot.MmapCalls, snapshot.MunmapCalls), (replay.Snapshot.BrkCalls, replay.Snapshot.MmapCalls, replay.Snapshot.MunmapCalls));
        foreach (ReplayedSite site in replay.Sites)
            AssertSame(test.Site(site.Id), site.Counters);
    }

    /// <summary>
    /// Threads that use one arena at a time are replayed in an order that can differ from the real one, so that blocks may come to lie
    /// elsewhere; but never is a block freed before it was allocated, or a place handed out twice.
    /// </summary>
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Threads_are_merged_into_an_order_that_could_have_been(int seed)
    {
        using TestEngine test = new(recorder: new Recorder(RecordingMemory.Attach($"/proc/self/fd/{_memory.Descriptor}")));
        (SnapshotRecord snapshot, ReplayResult replay) = RecordAndReplay(test, Threads, seed);

        // How many threads came after others had ended depends on how they were scheduled.
        IEnumerable<string> oddities = replay.Notes.Where(note => !note.Contains("made their first call after", StringComparison.Ordinal) && !note.Contains("made its first call after", StringComparison.Ordinal));
        Assert.All(oddities, note => Assert.Contains("of an address where no block lives, left out", note));
        Assert.DoesNotContain(replay.Notes, note => note.Contains("free", StringComparison.Ordinal));
        Assert.Equal(snapshot.LiveBlocks, replay.Snapshot.LiveBlocks);
        Assert.Equal(snapshot.LiveRequestedBytes, replay.Snapshot.LiveRequestedBytes);
        Assert.Equal(SessionCounters.Total(test.Tool).Allocations, replay.Sites.Aggregate(0UL, (sum, site) => sum + site.Counters.Allocations));
        // Here every block is freed by whoever comes by, so that all threads meet in all arenas: the worst case. Where blocks lie, and with it
        // how many pages they share, then depends on an order that is not recorded: the faults are of the same size, no more.
        Assert.InRange((double)replay.Snapshot.MinorFaults / snapshot.MinorFaults, 0.5, 1.5);
    }

    [Fact]
    public void An_event_follows_the_touches_that_it_brought_to_light()
    {
        using TestEngine test = new(recorder: new Recorder(RecordingMemory.Attach($"/proc/self/fd/{_memory.Descriptor}")));
        byte* block = null;
        using TraceWriter writer = Drain(test, () =>
        {
            block = test.Malloc(1 << 20, 3);
            TestEngine.WritePages(block, 1 << 20);
            test.Free(block, 4);
        });
        Finish(test, writer);

        TraceEvent[] events = ReadAll();
        Assert.Equal([TraceEventKind.Malloc, TraceEventKind.Write, TraceEventKind.Free, TraceEventKind.ThreadExit], events[..4].Select(e => e.Kind));
        Assert.Equal(TraceEventKind.Snapshot, events[^1].Kind);
        Assert.Equal(((ulong)block, 1UL << 20, 3), (events[0].Address, events[0].Size, events[0].Site));
        Assert.Equal(TraceEventFlags.Pages, events[1].Flags);
        // The allocator's header has brought in the first page before.
        Assert.InRange(events[1].Size, (1UL << 20) - 4096, (1UL << 20) + 4096);
        Assert.Equal(((ulong)block, 4), (events[2].Address, events[2].Site));
    }

    [Fact]
    public void The_maps_are_the_processs_own()
    {
        using TestEngine test = new();
        OwnMaps.Leave(_memory, test.Tool);

        string maps = RecordedMaps.Read(_memory);
        Assert.Contains("/libcoreclr.so\n", maps);
        Assert.Contains("[stack]\n", maps);
        Assert.DoesNotContain("memfd:faultline", maps);
        Assert.DoesNotContain(SessionNotes.Read(test.Tool), note => note.Kind == "trace");
    }

    [Theory]
    [InlineData("/proc/self/none\0", "cannot be opened (errno 2)")]
    [InlineData("/proc/self\0", "cannot be read (errno 21)")]
    [InlineData("/dev/zero\0", "has more than")]
    public void Maps_that_cannot_be_read_are_a_note(string path, string reason)
    {
        using TestEngine test = new();
        OwnMaps.Leave(_memory, test.Tool, System.Text.Encoding.UTF8.GetBytes(path));

        Assert.Equal("", RecordedMaps.Read(_memory));
        Assert.Contains(reason, Assert.Single(SessionNotes.Read(test.Tool), note => note.Kind == "trace").Text);
    }

    private static void AssertSame(SiteCounters run, SiteCounters replay)
    {
        Assert.Equal((run.Calls, run.Allocations, run.RequestedBytes, run.UsableBytes), (replay.Calls, replay.Allocations, replay.RequestedBytes, replay.UsableBytes));
        Assert.Equal((run.MappedAllocations, run.Failures, run.Moves), (replay.MappedAllocations, replay.Failures, replay.Moves));
        Assert.Equal((run.Released, run.ReleasedRequestedBytes, run.ReleasedUsableBytes), (replay.Released, replay.ReleasedRequestedBytes, replay.ReleasedUsableBytes));
        Assert.Equal((run.MinorFaults, run.ResidentPages), (replay.MinorFaults, replay.ResidentPages));
    }

    private (SnapshotRecord Snapshot, ReplayResult Replay) RecordAndReplay(TestEngine test, int threads, int seed)
    {
        nint[] exchange = new nint[64];
        using TraceWriter writer = Drain(test, () => Run(threads, thread => Work(test, new Random(seed * 1000 + thread), thread, exchange)));
        SnapshotRecord snapshot = test.Snapshot(SnapshotReason.Exit);
        return (snapshot, Replay(test, writer));
    }

    private static void Work(TestEngine test, Random random, int thread, nint[] exchange)
    {
        for (int step = 0; step < Steps; step++)
        {
            nuint size = random.Next(40) == 0 ? (nuint)random.Next(100_000, 600_000) : (nuint)Math.Exp(2.1 + random.NextDouble() * 7);
            byte* block = random.Next(5) switch
            {
                0 => test.Calloc(size, 1 + thread),
                1 => test.Memalign((nuint)1 << random.Next(4, 14), size, 1 + thread),
                _ => test.Malloc(size, 1 + thread),
            };
            if (random.Next(2) == 0)
                TestEngine.WritePages(block, size);
            if (random.Next(3) == 0)
                block = test.Realloc(block, size = (nuint)random.Next(1, 9000), 20 + thread);
            block = (byte*)Interlocked.Exchange(ref exchange[random.Next(exchange.Length)], (nint)block);
            if (block != null)
                test.Free(block, 40);
            if (step % 1000 == 999)
                test.Engine.TakeSnapshot(SnapshotReason.Periodic);
        }
    }

    private TraceWriter Drain(TestEngine test, Action work)
    {
        TraceWriter writer = TraceWriter.Create(_file, new TraceMetadata
        {
            Touches = TouchKnowledge.Observed,
            RamBytes = test.Tool.Header->RamBytes,
            Cpus = (int)test.Tool.Header->Cpus,
            ThpPolicy = (int)test.Tool.Header->ThpPolicy,
            HeapStart = test.Tool.Header->HeapStart,
            MmapTop = test.Tool.Header->ArenaStart + test.Tool.Header->ArenaLength,
        }, overwrite: true);
        _drain = new RecordingDrain(_memory, writer);
        Thread worker = new(() => work());
        worker.Start();
        while (worker.IsAlive)
            _drain.Take();
        return writer;
    }

    private ReplayResult Replay(TestEngine test, TraceWriter writer)
    {
        Close(writer);
        Assert.False(test.Engine.HasSteppedAside);
        using TraceReader reader = TraceReader.Open(_file);
        return TraceReplay.Run(reader, new ReplayOptions());
    }

    private void Finish(TestEngine test, TraceWriter writer)
    {
        test.Snapshot(SnapshotReason.Exit);
        Close(writer);
    }

    private void Close(TraceWriter writer)
    {
        _drain!.Take();
        Assert.Null(_drain.StopReason);
        writer.Dispose();
    }

    private TraceEvent[] ReadAll()
    {
        using TraceReader reader = TraceReader.Open(_file);
        TraceEvent[] events = new TraceEvent[100];
        return events[..reader.Read(events)];
    }

    private static void Run(int threads, Action<int> work)
    {
        Exception? thrown = null;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            try
            {
                work(i);
            }
            catch (Exception e)
            {
                thrown = e;
            }
        }))];
        Array.ForEach(all, thread => thread.Start());
        Array.ForEach(all, thread => thread.Join());
        Assert.Null(thrown);
    }
}
