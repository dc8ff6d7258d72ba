using System.Text;
using Faultline.Tracing.Recording;

namespace Faultline.Tracing.Tests.Recording;

/// <summary>The program's maps through the recording's memory.</summary>
public sealed class RecordedMapsTests : IDisposable
{
    private const string Program = "555500000000-555500001000 r-xp 00000000 08:01 12    /usr/bin/dotnet\n";
    private const string Watching = "7f0000000000-7f0000001000 rw-s 00000000 00:01 77    /memfd:faultline-session (deleted)\n";

    private readonly RecordingMemory _memory = RecordingMemory.Create();

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void Nothing_published_is_nothing() => Assert.Equal("", RecordedMaps.Read(_memory));

    [Fact]
    public void What_watching_mapped_is_not_the_programs()
    {
        using RecordingMemory program = RecordingMemory.Attach($"/proc/self/fd/{_memory.Descriptor}");
        byte[] text = Encoding.UTF8.GetBytes(Watching + Program + Watching);
        text.CopyTo(RecordedMaps.Room(program));
        RecordedMaps.Publish(program, text.Length);
        Assert.Equal(Program, RecordedMaps.Read(_memory));
    }

    /// <summary>The memory is the program's to write, so it may hold anything; what comes out fits into a block.</summary>
    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Nonsense_is_bounded(int bytes)
    {
        RecordedMaps.Room(_memory).Fill(0xff);
        RecordedMaps.Publish(_memory, bytes);
        Assert.InRange(Encoding.UTF8.GetByteCount(RecordedMaps.Read(_memory)), 0, Tracing.Binary.TraceFileLayout.MaxPayloadBytes);
    }
}
