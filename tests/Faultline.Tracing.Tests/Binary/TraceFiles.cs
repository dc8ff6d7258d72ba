using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Tests.Binary;

/// <summary>Writing traces into memory and reading them back.</summary>
internal static class TraceFiles
{
    public static readonly TraceMetadata Metadata = new()
    {
        Program = "dotnet app.dll --name 'a=b'\nsecond line \\n", ProcessId = 4711, StartedUnixNanoseconds = 1_700_000_000_123_456_789,
        Touches = TouchKnowledge.Observed, LibcProfile = "glibc-2.36", KernelProfile = "linux-6.x", RamBytes = 16UL << 30, Cpus = 8, ThpPolicy = 1,
        Tunables = "glibc.malloc.arena_max=2", HeapStart = 0x1000_0000_0000, HeapRoom = 1UL << 39, MmapTop = 0x1100_0000_0000,
        Maps = "555500000000-555500001000 r-xp 00000000 08:01 12                       /usr/bin/caf\u00e9 \\\\012\n",
    };

    public static CallSite Site(int id) => new(id, "App", "App.Cache", $"Method{id}", "NativeMemory.Alloc", id % 3 == 0 ? null : $"/src/Cache{id % 5}.cs", id % 3 == 0 ? 0 : id);

    /// <summary>A closed trace; a flush after every so many events makes a block end there.</summary>
    public static byte[] Write(IReadOnlyList<TraceEvent> events, int flushEvery = int.MaxValue, IEnumerable<CallSite>? sites = null)
    {
        var stream = new MemoryStream();
        using (var writer = new TraceWriter(stream, Metadata))
        {
            for (int i = 0; i < events.Count; i++)
            {
                if (i > 0 && i % flushEvery == 0)
                    writer.Flush();
                writer.Append(events[i]);
            }

            writer.Flush();
            if (sites != null)
                writer.AddSites(sites);
            writer.Dispose();
            Assert.Null(writer.StopReason);
        }

        return stream.ToArray();
    }

    public static List<TraceEvent> ReadAll(ITraceSource source, int batch = 64)
    {
        var events = new List<TraceEvent>();
        var buffer = new TraceEvent[batch];
        for (int count = source.Read(buffer); count > 0; count = source.Read(buffer))
            events.AddRange(buffer.AsSpan(0, count));
        Assert.Equal(0, source.Read(buffer));
        return events;
    }
}
