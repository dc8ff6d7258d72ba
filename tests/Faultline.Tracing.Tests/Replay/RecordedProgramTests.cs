using Faultline.Kernel;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.Tests.Replay;

/// <summary>A trace with its program's maps, looked at: the maps are there, and the traced calls cost what they cost without.</summary>
public class RecordedProgramTests
{
    private const ulong Heap = 1UL << 44;
    private const string Maps = """
        555500000000-555500004000 r-xp 00000000 08:01 12                         /usr/bin/dotnet
        555500010000-555500031000 rw-p 00000000 00:00 0                          [heap]
        7f0000000000-7f4000000000 ---p 00000000 00:00 0
        7fff00000000-7fff00600000 r-xp 00000000 08:01 13                         /usr/lib/libcoreclr.so
        7ffff0000000-7ffff0021000 rw-p 00000000 00:00 0                          [stack]

        """;

    private static readonly TraceMetadata s_metadata = new()
    {
        Program = "bin/Cache.dll --size 3", Touches = TouchKnowledge.Observed, HeapStart = Heap, MmapTop = Heap + (1UL << 36), Maps = Maps,
    };

    private static readonly TraceEvent[] s_events =
    [
        new() { Kind = TraceEventKind.Malloc, Address = Heap + 0x2a0, Size = 100_000 },
        new() { Kind = TraceEventKind.Write, Flags = TraceEventFlags.Pages, Address = Heap + 4096, Size = 40_960 },
        new() { Kind = TraceEventKind.Malloc, Address = s_metadata.MmapTop - (1 << 20) - 4096 + 16, Size = 1 << 20 },
    ];

    [Fact]
    public void The_process_starts_with_the_maps_and_works_in_the_recorded_space()
    {
        using ReplayStory story = Play(s_metadata);
        Assert.Null(story.Note);
        Process process = story.Machine.Processes[0];
        AreaInfo[] maps = [.. process.Maps()];
        Assert.Equal(["[heap]", "", "/usr/bin/dotnet", "[anon:heap]", "", "/usr/lib/libcoreclr.so", "[stack]"], maps.Select(area => area.Name));
        Assert.Equal(Heap, maps[0].Start.Value);
        Assert.Equal(s_metadata.MmapTop, maps[1].End.Value);
        Assert.Equal("Cache", process.Task.Comm);
        Assert.Equal(["bin/Cache.dll", "--size", "3"], process.Task.CommandLine);
        story.Machine.CheckInvariants();
    }

    [Fact]
    public void What_the_calls_cost_is_the_same()
    {
        using ReplayStory with = Play(s_metadata), without = Play(s_metadata with { Maps = "" });
        Process program = with.Machine.Processes[0], bare = without.Machine.Processes[0];
        Assert.Equal(bare.MinorFaults, program.MinorFaults);
        Assert.Equal(bare.ResidentPages, program.ResidentPages);
        Assert.Equal((0x4000UL + 0x21000 + 0x40_0000_0000 + 0x60_0000 + 0x21000) >> 12, program.VirtualPages.Value - bare.VirtualPages.Value);
        ReplayResult replay = Replays.Events(s_metadata, s_events), bareReplay = Replays.Events(s_metadata with { Maps = "" }, s_events);
        Assert.True(replay.IsFaithful);
        Assert.Equal(bareReplay.Snapshot, replay.Snapshot);
        Assert.Equal(replay.Snapshot.MinorFaults, program.MinorFaults);
    }

    [Theory]
    [InlineData("555500000000-555500004000 r-xp\n", "the program's maps are left out: line 1 is no line of /proc/PID/maps")]
    [InlineData("100000001000-100000002000 rw-p 00000000 00:00 0\n", "the program's maps are left out: something of the program is mapped between")]
    [InlineData("555500000000-555500004000 rw-p 00000000 00:00 0\n555500000000-555500004000 rw-p 00000000 00:00 0\n", "the program's maps are left out: 0x555500000000-0x555500004000")]
    public void Maps_that_cannot_be_are_left_out_with_a_reason(string maps, string note)
    {
        using ReplayStory story = Play(s_metadata with { Maps = maps });
        Assert.StartsWith(note, story.Note);
        Assert.Equal(["[heap]", ""], story.Machine.Processes[0].Maps().Select(area => area.Name));
        Assert.Equal(1, story.Machine.Processes[0].Pid);
    }

    [Fact]
    public void A_trace_that_does_not_say_where_its_calls_worked_has_no_place_for_maps()
    {
        using ReplayStory story = Play(s_metadata with { HeapStart = 0, MmapTop = 0 });
        Assert.StartsWith("the program's maps are left out: the trace does not say where", story.Note);
    }

    private static ReplayStory Play(TraceMetadata metadata)
    {
        using ITraceSource source = Replays.Source(metadata, s_events);
        return TraceReplay.Play(source, new ReplayOptions());
    }
}
