using System.IO.Compression;
using System.Text;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Tests.Text;

public class TextTraceReaderTests
{
    [Fact]
    public void Operations_settings_and_comments_are_read()
    {
        TextTrace trace = Read(
            "# made by hand\n#!brk_limit 4096\na 0 100\nt 0 10 20\nc 3 2 8\n\nr 0 18446744073709551615\nb -16\no 1 64\nx\ni\nf 3\n");
        Assert.Equal(9, trace.Operations.Length);
        Assert.Equal(new TraceOperation(TraceAction.Malloc, 0, 0, 100, 0), trace.Operations[0]);
        Assert.Equal(new TraceOperation(TraceAction.TouchWrite, 0, 0, 10, 20), trace.Operations[1]);
        Assert.Equal(new TraceOperation(TraceAction.Realloc, 0, 0, ulong.MaxValue, 0), trace.Operations[3]);
        Assert.Equal(unchecked((ulong)-16), trace.Operations[4].A);
        Assert.Equal((4096UL, 4, false), (trace.BrkLimit, trace.BlockCount, trace.IsMultiThreaded));
    }

    [Fact]
    public void Threads_and_tunables_are_read()
    {
        TextTrace trace = Read(
            "#!tunable glibc.malloc.arena_max=2\n#!tunable glibc.malloc.mxfast=0\nT0 spawn 5\nT5 a 0 10\nT5 exit\nT0 join 5\n");
        Assert.Equal("glibc.malloc.arena_max=2:glibc.malloc.mxfast=0", trace.Tunables);
        Assert.Equal((true, 5), (trace.IsMultiThreaded, trace.LastThread));
        Assert.Equal(new TraceOperation(TraceAction.Exit, 5, 0, 0, 0), trace.Operations[2]);
    }

    [Fact]
    public void A_compressed_trace_is_recognised_by_its_content()
    {
        MemoryStream file = new();
        using (GZipStream zip = new(file, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write("a 0 100\nf 0\n"u8);
        file.Position = 0;
        Assert.Equal(2, TextTraceReader.Read(file, "x").Operations.Length);
    }

    [Theory]
    [InlineData("", "t: no operation in it")]
    [InlineData("# only a comment\n", "t: no operation in it")]
    [InlineData("a 0 100\nq 1\n", "t:2: unknown operation 'q 1'")]
    [InlineData("a 0\n", "t:1: 'a' needs 2 numbers, got 'a 0'")]
    [InlineData("a 0 x\n", "t:1: 'a' needs 2 numbers, got 'a 0 x'")]
    [InlineData("f 0\n", "t:1: block 0 is freed and does not live in 'f 0'")]
    [InlineData("a 0 1\na 0 1\n", "t:2: block 0 is allocated and lives already in 'a 0 1'")]
    [InlineData("a 0 8\nt 0 4 5\n", "t:2: block 0 (8 bytes) is touched at 4 for 5 bytes in 't 0 4 5'")]
    [InlineData("a 99999999999 8\n", "t:1: number 99999999999 is too large in 'a 99999999999 8'")]
    [InlineData("a 0 8\nT0 f 0\n", "t:2: lines with and without a thread in one trace")]
    [InlineData("T300 a 0 8\n", "t:1: no thread 0 to 255 in 'T300 a 0 8'")]
    [InlineData("T1 a 0 8\n", "t:1: thread 1 is not running in 'T1 a 0 8'")]
    [InlineData("T0 exit\n", "t:1: the main thread cannot exit in 'T0 exit'")]
    [InlineData("T0 spawn 1\nT0 join 1\n", "t:2: thread 1 cannot be joined in 'T0 join 1'")]
    [InlineData("T0 spawn 1\nT0 spawn 1\n", "t:2: thread 1 cannot be started in 'T0 spawn 1'")]
    [InlineData("#!brk_limit many\na 0 1\n", "t:1: brk_limit 'many' is no number of bytes")]
    public void A_trace_that_makes_no_sense_is_refused_with_its_place(string text, string message) =>
        Assert.Equal(message, Assert.Throws<TraceFormatException>(() => Read(text)).Message);

    [Fact]
    public void Damaged_compression_is_named()
    {
        MemoryStream file = new([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff]);
        Assert.StartsWith("t: damaged gzip data", Assert.Throws<TraceFormatException>(() => TextTraceReader.Read(file, "t")).Message);
    }

    [Fact]
    public void A_request_that_must_fail_changes_no_block()
    {
        TextTrace trace = Read("a 0 100\nr 0 9223372036854775807\nt 0 0 100\na 1 9223372036854775807\na 1 9223372036854775807\nf 0\n");
        Assert.Equal(6, trace.Operations.Length);
    }

    private static TextTrace Read(string text) => TextTraceReader.Read(new MemoryStream(Encoding.ASCII.GetBytes(text)), "t");
}
