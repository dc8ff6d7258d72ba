using System.IO.Compression;
using System.Text;
using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Tests.Binary;

namespace Faultline.Tracing.Tests.Importers;

/// <summary>What is in a file is seen by its content; whatever is wrong with it is said in one line.</summary>
public class TraceImportTests
{
    /// <summary>Checksum and length, which nothing but themselves is lost with.</summary>
    private const int GzipTrailer = 8;

    [Fact]
    public void ACompressedFltraceIsReadToo()
    {
        TraceEvent[] events = new RandomEvents(1).Next(5000);
        using ITraceSource source = TraceImport.Open(new MemoryStream(Gzip(TraceFiles.Write(events))), "t");
        Assert.Equal(events, TraceFiles.ReadAll(source));
        Assert.Null(source.Damage);
    }

    [Fact]
    public void WhatIsNoTraceIsRefused()
    {
        Assert.Equal("t: empty", Refusal([]));
        Assert.Equal("t: not a .fltrace, heaptrack, mtrace or text trace: it starts with 7F454C46020101", Refusal([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]));
        Assert.StartsWith("t: compressed with zstd, which cannot be read here", Refusal([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]));
        Assert.StartsWith("t: damaged compressed data", Refusal([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
        Assert.Equal("t: line 1: unknown operation 'z 1'", Refusal("z 1\n"u8.ToArray()));
    }

    /// <summary>Cut anywhere, a compressed recording gives the start of what the whole one gives, and says that it was cut.</summary>
    [Theory]
    [InlineData("orders.heaptrack.zst")]
    [InlineData("orders.heaptrack.raw.zst")]
    public void ACutCompressedFileGivesItsStart(string name)
    {
        byte[] plain = Recordings.Plain(name);
        byte[] gzip = Gzip(plain);
        List<TraceEvent> whole = ReadAll(plain, out _);
        int shortest = int.MaxValue;
        for (int length = 20; length < gzip.Length - GzipTrailer; length += 7)
        {
            List<TraceEvent> cut = ReadAll(gzip[..length], out string? damage);
            Assert.Equal(whole[..cut.Count], cut);
            Assert.NotNull(damage);
            Assert.DoesNotContain('\n', damage);
            shortest = Math.Min(shortest, whole.Count - cut.Count);
        }

        Assert.InRange(shortest, 0, 30);
    }

    [Theory]
    [InlineData("orders.heaptrack.zst")]
    [InlineData("orders.heaptrack.raw.zst")]
    [InlineData("orders.mtrace")]
    public void APlainFileCutAnywhereGivesItsWholeLines(string name)
    {
        byte[] plain = Recordings.Plain(name);
        List<TraceEvent> whole = ReadAll(plain, out _);
        for (int length = 0; length < plain.Length; length++)
        {
            List<TraceEvent> cut = ReadAll(plain[..length], out string? damage);
            Assert.Equal(whole[..cut.Count], cut);
            if (length > 0 && plain[length - 1] != '\n')
                Assert.NotNull(damage);
        }
    }

    /// <summary>Changed bytes never bring the importer down, and nothing before the first changed line is lost.</summary>
    [Theory]
    [InlineData("orders.heaptrack.zst")]
    [InlineData("orders.heaptrack.raw.zst")]
    [InlineData("orders.mtrace")]
    public void ChangedBytesLeaveTheLinesBeforeAlone(string name)
    {
        byte[] plain = Recordings.Plain(name);
        List<TraceEvent> whole = ReadAll(plain, out _);
        const int Seed = 5;
        var random = new Random(Seed);
        for (int i = 0; i < 1500; i++)
        {
            int at = random.Next(plain.Length);
            byte[] changed = (byte[])plain.Clone();
            changed[at] = (byte)random.Next(256);
            int before = ReadAll(plain[..(plain.AsSpan(0, at).LastIndexOf((byte)'\n') + 1)], out _).Count;
            List<TraceEvent> read = ReadAll(changed, out string? damage);
            Assert.True(read.Count >= before && whole[..before].SequenceEqual(read[..before]), $"seed {Seed}, case {i}: byte {at} changed to {changed[at]}");
            Assert.DoesNotContain('\n', damage ?? "");
        }
    }

    private static string Refusal(byte[] bytes) => Assert.Throws<TraceFormatException>(() => TraceImport.Open(new MemoryStream(bytes), "t")).Message;

    /// <summary>What can be read, and what is said about the rest: as damage, or by refusing the whole.</summary>
    private static List<TraceEvent> ReadAll(byte[] bytes, out string? damage)
    {
        try
        {
            using ITraceSource source = TraceImport.Open(new MemoryStream(bytes), "t");
            List<TraceEvent> events = TraceFiles.ReadAll(source);
            damage = source.Damage?.ToString();
            return events;
        }
        catch (TraceFormatException e)
        {
            damage = e.Message;
            return [];
        }
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
            gzip.Write(bytes);
        return compressed.ToArray();
    }
}
