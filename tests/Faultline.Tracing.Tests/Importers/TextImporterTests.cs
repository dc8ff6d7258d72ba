using System.Text;
using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Tests.Binary;
using static Faultline.Tracing.Events.TraceEventKind;

namespace Faultline.Tracing.Tests.Importers;

public class TextImporterTests
{
    [Fact]
    public void EachOperationIsAnEvent()
    {
        TraceEvent[] expected =
        [
            new() { Kind = Malloc, Address = 16, Size = 100 },
            new() { Kind = Calloc, Address = 32, Size = 8, Second = 10 },
            new() { Kind = Write, Address = 32, Second = 5, Size = 20 },
            new() { Kind = Realloc, Address = 16, OldAddress = 16, Size = 200 },
            new() { Kind = Realloc, OldAddress = 16, Size = 1UL << 62, Flags = TraceEventFlags.Failed },
            new() { Kind = Realloc, OldAddress = 16 },
            new() { Kind = Realloc, Address = 16, Size = 7 },
            new() { Kind = Memalign, Address = 48, Size = 300, Second = 64 },
            new() { Kind = TraceEventKind.Read, Address = 48, Size = 1 },
            new() { Kind = Free, Address = 32 },
            new() { Kind = Malloc, Size = 1UL << 61, Flags = TraceEventFlags.Failed },
            new() { Kind = Trim },
            new() { Kind = MallInfo },
            new() { Kind = Sbrk, Size = 4096 },
            new() { Kind = Mallopt, Argument = unchecked((uint)-3), Size = 65536 },
        ];
        const string Trace = "#!brk_limit 1000000\n#!tunable glibc.malloc.arena_max=1\na 0 100\nc 1 10 8\nt 1 5 20\nr 0 200\nr 0 4611686018427387904\n"
            + "r 0 0\nr 0 7\nm 2 64 300\nR 2 0 1\nf 1\na 3 2305843009213693952\nx\ni\nb 4096\no -3 65536\n";
        using ITraceSource source = Open(Trace);
        List<TraceEvent> events = TraceFiles.ReadAll(source, batch: 2);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i] with { Time = (ulong)i }, events[i]);
        Assert.Equal(expected.Length, events.Count);
        Assert.Equal("glibc.malloc.arena_max=1", source.Metadata.Tunables);
        Assert.Equal(1_000_000UL, source.Metadata.HeapRoom);
        Assert.False(source.Metadata.TrueAddresses);
    }

    [Fact]
    public void ThreadsKeepTheirNumbers()
    {
        using ITraceSource source = Open("T0 spawn 3\nT3 a 0 8\nT0 f 0\nT3 exit\nT0 join 3\n");
        List<TraceEvent> events = TraceFiles.ReadAll(source);
        Assert.Equal([TraceEventKind.ThreadStart, Malloc, Free, ThreadExit, ThreadJoin], events.Select(e => e.Kind));
        Assert.Equal([0, 3, 0, 3, 0], events.Select(e => e.Thread));
        Assert.Equal(3U, events[0].Argument);
        Assert.Equal(events[0].Address, events[4].Address);
        Assert.NotEqual(events[0].Address, events[1].Address);
    }

    [Fact]
    public void TheEventsBeforeAWrongLineAreKept()
    {
        using ITraceSource source = Open("# a trace\na 0 8\nf 0\nf 0\na 1 8\n");
        Assert.Equal(2, TraceFiles.ReadAll(source).Count);
        Assert.Equal("line 4: block 0 is freed and does not live in 'f 0'", source.Damage?.ToString());
    }

    private static ITraceSource Open(string text) => TraceImport.Open(new MemoryStream(Encoding.ASCII.GetBytes(text)), "t");
}
