using System.Globalization;
using System.IO.Compression;
using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Tests.Binary;
using Faultline.TestSupport;

namespace Faultline.Tracing.Tests;

/// <summary>
/// Text traces with what a recorder would add: the addresses that the real glibc gave (from the transcript beside the trace), call
/// sites, and times as calls of 60 ns to some microseconds take.
/// </summary>
internal static class RecordedTrace
{
    private const ulong HeapBase = 0x5555_5800_0000;
    private const ulong MappingsBottom = 0x7fff_c000_0000;
    private const ulong ArenaHeap = 64UL << 20;
    private const int Sites = 97;

    public static TraceEvent[] Load(string folder, string name)
    {
        using ITraceSource source = TraceImport.Open(Path.Combine(folder, name + ".trace.gz"));
        TraceEvent[] events = [.. TraceFiles.ReadAll(source, batch: 4096)];
        Assert.Null(source.Damage);
        Dictionary<int, ulong> answers = Answers(Path.Combine(folder, name + ".expect.gz"));
        var blocks = new Dictionary<ulong, ulong>();
        var random = new Random(1);
        ulong time = 0;
        for (int i = 0; i < events.Length; i++)
        {
            ref TraceEvent e = ref events[i];
            ulong old = e.OldAddress == 0 ? 0 : blocks.GetValueOrDefault(e.OldAddress);
            if (e.Address != 0 && answers.TryGetValue(i, out ulong answer))
                blocks[e.Address] = answer;
            e.OldAddress = old;
            e.Address = blocks.GetValueOrDefault(e.Address);
            e.Time = time += 60 + (ulong)Math.Exp(random.NextDouble() * 8);
            // Real programs ask for few sizes at each site, and free each size at few sites.
            e.Site = e.Allocates ? 1 + (int)(e.Size % Sites) : e.Kind == TraceEventKind.Free ? Sites + 1 + (int)(e.Address / 64 % 7) : 0;
        }

        return events;
    }

    /// <summary>Address by operation: "OP A offset …", "OP M chunk usable front below", "OP H arena heap offset …", "OP B below …".</summary>
    private static Dictionary<int, ulong> Answers(string path)
    {
        var answers = new Dictionary<int, ulong>();
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            string[] f = line.Split(' ');
            if (f.Length < 3 || !int.TryParse(f[0], out int operation))
                continue;
            string[] place = f[1] == "V" ? f[2..] : f[1..];
            ulong? address = place switch
            {
                ["A", var offset, ..] => HeapBase + Hex(offset),
                ["M", _, _, var front, var below] => MappingsBottom - Hex(below) + ulong.Parse(front) + 16,
                ["B", var below, ..] => MappingsBottom - Hex(below),
                ["H", var arena, var heap, var offset, ..] => MappingsBottom - (uint.Parse(arena) * 4 + uint.Parse(heap)) * ArenaHeap + Hex(offset),
                _ => null,
            };
            if (address is { } found)
                answers[operation] = found;
        }

        return answers;
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    public static TheoryData<string> Committed => Names(Repository.Path("tests", "Faultline.Tracing.Tests", "Traces"));

    public static TheoryData<string> Shared => Names(Repository.SharedTraces);

    public static string CommittedFolder => Repository.Path("tests", "Faultline.Tracing.Tests", "Traces");

    private static TheoryData<string> Names(string? folder)
    {
        const string Suffix = ".trace.gz";
        IEnumerable<string> files = folder == null ? ["none"] : Directory.GetFiles(folder, "*" + Suffix).Select(path => Path.GetFileName(path)[..^Suffix.Length]);
        return [.. files.Order(StringComparer.Ordinal)];
    }
}
