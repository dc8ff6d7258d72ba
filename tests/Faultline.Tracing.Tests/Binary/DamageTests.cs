using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Tests.Binary;

/// <summary>Every truncation and every changed byte of a small trace.</summary>
public class DamageTests
{
    private const int EventsInBlock = 10;
    private static readonly TraceEvent[] Events = new RandomEvents(42).Next(45);
    private static readonly byte[] File = TraceFiles.Write(Events, flushEvery: EventsInBlock, sites: [TraceFiles.Site(1), TraceFiles.Site(2)]);

    [Fact]
    public void WhateverIsCutOffTheWholeBlocksBeforeAreRead()
    {
        List<(long End, int Events)> blocks = EventBlocks();
        for (int length = 0; length < File.Length; length++)
        {
            var stream = new MemoryStream(File, 0, length);
            if (length < TraceFileLayout.HeaderBytes)
            {
                Assert.Contains($"{length} bytes", Assert.Throws<TraceFormatException>(() => new TraceReader(stream)).Message);
                continue;
            }

            using var reader = new TraceReader(stream);
            int expected = blocks.Where(b => b.End <= length).Sum(b => b.Events);
            Assert.Equal(Events[..expected], TraceFiles.ReadAll(reader));
            Assert.NotNull(reader.Damage);
            Assert.InRange(reader.Damage.Position, 0, length);
            AssertOneLine(reader.Damage.ToString());
        }
    }

    [Fact]
    public void WhateverByteIsChangedTheBlocksBeforeItAreReadAndTheOthersAreNot()
    {
        List<(long End, int Events)> blocks = EventBlocks();
        for (int offset = 0; offset < File.Length; offset++)
        {
            byte[] changed = (byte[])File.Clone();
            changed[offset] ^= (byte)(1 << offset % 8);
            if (offset < TraceFileLayout.HeaderBytes)
            {
                AssertOneLine(Assert.Throws<TraceFormatException>(() => new TraceReader(new MemoryStream(changed))).Message);
                continue;
            }

            using var reader = new TraceReader(new MemoryStream(changed));
            int expected = blocks.Where(b => b.End <= offset).Sum(b => b.Events);
            Assert.Equal(Events[..expected], TraceFiles.ReadAll(reader));
            Assert.NotNull(reader.Damage);
            Assert.True(reader.Damage.Position <= offset, $"byte {offset} was changed, damage is said to be at {reader.Damage.Position}");
            AssertOneLine(reader.Damage.ToString());
        }
    }

    [Fact]
    public void WrongMagicAndVersionAreNamed()
    {
        byte[] text = "v 10400 3 and so on"u8.ToArray();
        Assert.Contains("7620313034303020", Assert.Throws<TraceFormatException>(() => new TraceReader(new MemoryStream(text))).Message);
        byte[] future = (byte[])File.Clone();
        future[8] = 99;
        Assert.Contains("version 99", Assert.Throws<TraceFormatException>(() => new TraceReader(new MemoryStream(future))).Message);
    }

    [Fact]
    public void MissingAndAddedBlocksAreSeen()
    {
        int end = TraceFileLayout.BlockHeaderBytes + sizeof(long);
        (long start, _) = EventBlocks()[0];
        (long next, _) = EventBlocks()[1];
        byte[] without = [.. File[..(int)start], .. File[(int)next..]];
        Assert.Contains("its last block counts 45", Damage(without));
        Assert.Contains("not closed", Damage(File[..^end]));
        Assert.Contains("after the end", Damage([.. File, 0]));
    }

    /// <summary>Nonsense under a right checksum, as no writer makes it: found, and never read out of bounds.</summary>
    [Fact]
    public void NonsenseWithARightChecksumIsDamageToo()
    {
        var random = new Random(99);
        for (int i = 0; i < 3_000; i++)
        {
            var payload = new byte[random.Next(1, 60)];
            random.NextBytes(payload);
            var stream = new MemoryStream();
            var sink = new BlockSink(stream);
            Assert.True(sink.TryWriteHeader() && sink.TryWrite((random.Next(2) == 0 ? BlockType.Events : BlockType.Sites), random.Next(3), random.Next(1, 1 + payload.Length / 2), payload));
            using var reader = new TraceReader(stream);
            Assert.InRange(TraceFiles.ReadAll(reader).Count, 0, payload.Length / 2);
            Assert.NotNull(reader.Damage);
        }
    }

    private static string Damage(byte[] file)
    {
        using var reader = new TraceReader(new MemoryStream(file));
        TraceFiles.ReadAll(reader);
        return reader.Damage?.ToString() ?? "none";
    }

    /// <summary>Where each event block ends, and how many events it holds.</summary>
    private static List<(long End, int Events)> EventBlocks()
    {
        var blocks = new List<(long, int)>();
        for (int at = TraceFileLayout.HeaderBytes; at < File.Length;)
        {
            BlockHeader header = BlockHeader.Read(File.AsSpan(at));
            at += TraceFileLayout.BlockHeaderBytes + header.PayloadBytes;
            if (header.Type == BlockType.Events)
                blocks.Add((at, header.Items));
        }

        Assert.Equal([10, 10, 10, 10, 5], blocks.Select(b => b.Item2));
        return blocks;
    }

    private static void AssertOneLine(string message) => Assert.DoesNotContain('\n', message);
}
