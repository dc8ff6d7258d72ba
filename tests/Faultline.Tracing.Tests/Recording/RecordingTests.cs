using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Recording;

namespace Faultline.Tracing.Tests.Recording;

/// <summary>Events through shared memory: what the program's side leaves is what the trace has, whatever the speeds of the two and the file's end.</summary>
public class RecordingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Events_come_out_as_they_went_in_over_many_rounds_of_the_ring(int seed)
    {
        const int Events = 3 * RecordingLayout.LaneEvents;
        using RecordingMemory memory = RecordingMemory.Create();
        MemoryStream file = new();
        TraceWriter writer = new(new Unclosed(file), new TraceMetadata());
        RecordingDrain drain = new(memory, writer);
        using RecordingMemory program = RecordingMemory.Attach($"/proc/self/fd/{memory.Descriptor}");
        Thread appender = new(() => Append(RecordingLane.Open(program)!, Expected(seed, Events)));
        appender.Start();
        while (appender.IsAlive)
            drain.Take();
        drain.Take();
        writer.Dispose();
        Assert.Null(drain.StopReason);
        file.Position = 0;
        using TraceReader reader = new(file);
        TraceEvent[] read = new TraceEvent[Events];
        Assert.Equal(Events, reader.Read(read));
        Assert.Equal(Expected(seed, Events), read);
        Assert.Null(reader.Damage);
    }

    [Fact]
    public void A_lane_belongs_to_one_thread_after_the_other()
    {
        using RecordingMemory memory = RecordingMemory.Create();
        MemoryStream file = new();
        using (TraceWriter writer = new(new Unclosed(file), new TraceMetadata()))
        {
            RecordingLane lane = RecordingLane.Open(memory)!;
            foreach (int thread in (int[])[0, 7, 3])
            {
                lane.BelongsTo(thread, 1);
                lane.Append(TraceEventKind.Free, TraceEventFlags.None, 1, 0x1000, 0, 2);
            }

            Assert.Equal(6, new RecordingDrain(memory, writer).Take());
        }

        file.Position = 0;
        using TraceReader reader = new(file);
        TraceEvent[] read = new TraceEvent[4];
        Assert.Equal(3, reader.Read(read));
        Assert.Equal([0, 7, 3], read[..3].Select(e => e.Thread));
    }

    /// <summary>A full disk: the program is not kept waiting, and the file is whole up to its last block.</summary>
    [Fact]
    public void A_file_that_fills_up_ends_the_recording_and_not_the_program()
    {
        const int Events = 4 * RecordingLayout.LaneEvents;
        using RecordingMemory memory = RecordingMemory.Create();
        MemoryStream file = new();
        TraceWriter writer = new(new Unclosed(file, room: 300_000), new TraceMetadata());
        RecordingDrain drain = new(memory, writer);
        Thread appender = new(() => Append(RecordingLane.Open(memory)!, Expected(5, Events)));
        appender.Start();
        while (appender.IsAlive)
        {
            drain.Take();
            writer.Flush();
        }

        Assert.Contains("no room", drain.StopReason);
        Assert.NotEqual(RecordingEnd.None, memory.End);
        writer.Dispose();
        file.Position = 0;
        using TraceReader reader = new(file);
        Assert.NotNull(reader.Damage);
        Assert.InRange(reader.EventCount, 1, Events - 1);
    }

    [Fact]
    public void Nobody_waits_for_a_recording_that_is_closed()
    {
        using RecordingMemory memory = RecordingMemory.Create();
        RecordingLane lane = RecordingLane.Open(memory)!;
        memory.Close(RecordingEnd.Closed);
        Append(lane, Expected(1, 2 * RecordingLayout.LaneEvents));
        Assert.Null(Record.Exception(() => lane.BelongsTo(1, 1)));
    }

    [Fact]
    public void More_threads_than_lanes_end_the_recording()
    {
        using RecordingMemory memory = RecordingMemory.Create();
        using TraceWriter writer = new(Stream.Null, new TraceMetadata());
        RecordingDrain drain = new(memory, writer);
        Assert.All(Enumerable.Range(0, RecordingLayout.LaneCapacity), _ => Assert.NotNull(RecordingLane.Open(memory)));
        Assert.Null(RecordingLane.Open(memory));
        Assert.Equal("more than 1024 threads at once", drain.StopReason);
    }

    private static void Append(RecordingLane lane, IEnumerable<TraceEvent> events)
    {
        foreach (TraceEvent e in events)
        {
            if (e.Second == 0 && e.OldAddress == 0 && e.Argument == 0 && e.Size < RawEvent.LargeSize)
                lane.Append(e.Kind, e.Flags, e.Site, e.Address, e.Size, e.Time);
            else
                lane.Append(e);
        }
    }

    private static TraceEvent[] Expected(int seed, int count)
    {
        Random random = new(seed);
        TraceEvent[] events = new TraceEvent[count];
        ulong time = 0;
        for (int i = 0; i < count; i++)
        {
            bool wide = random.Next(4) == 0;
            events[i] = new TraceEvent
            {
                Kind = (TraceEventKind)random.Next(1, 22),
                Flags = (TraceEventFlags)random.Next(16),
                Site = random.Next(1 << 20),
                Address = (ulong)random.NextInt64(),
                Size = wide ? (ulong)random.NextInt64() << random.Next(2) : (ulong)random.NextInt64(1L << 44),
                Second = wide ? (ulong)random.NextInt64() : 0,
                OldAddress = wide ? (ulong)random.NextInt64() : 0,
                Argument = wide ? (uint)random.NextInt64() : 0,
                Time = time += (ulong)random.Next(3),
            };
        }

        return events;
    }

    /// <summary>A memory stream that outlives its writer, and that has only so much room.</summary>
    private sealed class Unclosed(MemoryStream inner, long room = long.MaxValue) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (inner.Length + buffer.Length > room)
                throw new IOException("no room");
            inner.Write(buffer);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);
    }
}
