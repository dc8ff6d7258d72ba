using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Recording;
using Faultline.Tracing.Stacks;
using Faultline.Tracing.Tests.Binary;

namespace Faultline.Tracing.Tests.Stacks;

/// <summary>Stacks come out of a file, and of a recording's memory, as they went in.</summary>
public class StackFileTests
{
    [Fact]
    public void Stacks_come_back_as_they_were_over_several_blocks()
    {
        StackTable written = Table(frames: 20_000, nodes: 120_000);
        MemoryStream stream = new();
        using (TraceWriter writer = new(stream, TraceFiles.Metadata with { Stacks = StackSampling.Sample(1000) }))
        {
            writer.Append(new TraceEvent { Kind = TraceEventKind.Malloc, Size = 10, Address = 0x1000, Stack = 77 });
            writer.AddStacks(written);
            Assert.Null(writer.StopReason);
        }

        using TraceReader reader = new(new MemoryStream(stream.ToArray()));
        Assert.Equal(StackSampling.Sample(1000), reader.Metadata.Stacks);
        AssertSame(written, reader.Stacks);
        Assert.Equal(77, Assert.Single(TraceFiles.ReadAll(reader)).Stack);
        Assert.Null(reader.Damage);
    }

    [Fact]
    public void A_trace_without_stacks_is_the_file_that_it_was()
    {
        using TraceReader reader = new(new MemoryStream(TraceFiles.Write([])));
        Assert.Equal(0, reader.Stacks.Nodes);
        Assert.Equal(StackSampling.Off, reader.Metadata.Stacks);
        Assert.DoesNotContain("stacks", System.Text.Encoding.UTF8.GetString(MetadataText.Write(new TraceMetadata())));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 9)]
    public void Items_that_refer_to_nothing_are_damage(byte frame, byte parent)
    {
        StackTable stacks = Table(frames: 1, nodes: 3);
        Assert.Equal(frame == 1 && parent == 0, StackBlocks.TryRead([frame, parent], 1, stacks));
        Assert.False(StackBlocks.TryRead([0], 1, stacks));
        Assert.False(StackBlocks.TryRead([1, 0, 0], 1, stacks));
    }

    [Fact]
    public void A_recording_keeps_each_event_with_its_stack_and_a_killed_program_loses_none()
    {
        using RecordingMemory memory = RecordingMemory.Create();
        MemoryStream file = new();
        StackTable expected = Table(frames: 300, nodes: 2000);
        using (TraceWriter writer = new(file, new TraceMetadata { Stacks = StackSampling.All }))
        {
            RecordingDrain drain = new(memory, writer);
            // Nothing closes the program's side: what it published is all that there is.
            RecordingMemory program = RecordingMemory.Attach($"/proc/self/fd/{memory.Descriptor}");
            StackLogWriter log = StackLogWriter.Open(program)!;
            RecordingLane lane = RecordingLane.Open(program)!;
            for (int frame = 1; frame <= expected.Frames; frame++)
                Assert.Equal(frame, log.AddFrame(expected.Frame(frame)));
            for (int node = 1; node <= expected.Nodes; node++)
            {
                Assert.Equal(node, log.AddNode(expected.FrameOf(node), expected.ParentOf(node)));
                lane.AppendStack(node);
                lane.Append(TraceEventKind.Malloc, TraceEventFlags.None, 1, (ulong)node * 16, 10, (ulong)node);
                lane.Append(new TraceEvent { Kind = TraceEventKind.Calloc, Site = 1, Address = (ulong)node * 16, Size = 1, Second = 2, Time = (ulong)node });
                if (node % 500 == 0)
                    drain.Take();
            }

            drain.Take();
            Assert.Null(drain.StopReason);
        }

        using TraceReader reader = new(new MemoryStream(file.ToArray()));
        AssertSame(expected, reader.Stacks);
        List<TraceEvent> events = TraceFiles.ReadAll(reader);
        Assert.Equal(Enumerable.Range(1, expected.Nodes).SelectMany(node => (int[])[node, 0]), events.Select(e => e.Stack));
    }

    [Fact]
    public void A_full_log_takes_nothing_more_and_what_it_has_stays_good()
    {
        using RecordingMemory memory = RecordingMemory.Create();
        StackLogWriter log = StackLogWriter.Open(memory)!;
        StackFrameName large = new(new string('a', 4000), new string('t', 4000), new string('m', 4000), null, 1);
        int frames = 0;
        while (log.AddFrame(large) is > 0 and var number)
            frames = number;
        Assert.InRange(frames, 2000, 3000);
        while (log.AddNode(1, 0) > 0)
        {
        }

        StackTable read = new();
        new StackLogReader(memory, read).Take();
        Assert.Equal(frames, read.Frames);
        Assert.Equal(large, read.Frame(frames));
    }

    [Theory]
    [InlineData("off")]
    [InlineData("all")]
    [InlineData("sample:524288")]
    public void Words_for_sampling_come_back(string text) => Assert.Equal(text, StackSampling.Parse(text)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("sample:")]
    [InlineData("sample:0")]
    [InlineData("sample:2TiB")]
    [InlineData("some")]
    public void Other_words_are_none(string text) => Assert.Null(StackSampling.Parse(text));

    internal static StackTable Table(int frames, int nodes)
    {
        StackTable table = new();
        for (int i = 0; i < frames; i++)
            table.AddFrame(new("app", $"Space.Type{i % 100}", $"Method{i}", i % 3 == 0 ? null : $"File{i % 50}.cs", i % 3 == 0 ? 0 : i));
        for (int i = 0; i < nodes; i++)
            table.AddNode(i % frames + 1, i / 2);
        return table;
    }

    private static void AssertSame(StackTable expected, StackTable actual)
    {
        Assert.Equal((expected.Frames, expected.Nodes), (actual.Frames, actual.Nodes));
        for (int node = 1; node <= expected.Nodes; node++)
            Assert.Equal((expected.FrameOf(node), expected.ParentOf(node)), (actual.FrameOf(node), actual.ParentOf(node)));
        for (int frame = 1; frame <= expected.Frames; frame++)
            Assert.Equal(expected.Frame(frame), actual.Frame(frame));
    }
}
