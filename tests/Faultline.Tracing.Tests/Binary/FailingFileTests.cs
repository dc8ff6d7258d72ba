using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Tests.Binary;

/// <summary>The program under watch must not suffer when its trace cannot be written.</summary>
public class FailingFileTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(10, true)]
    [InlineData(16, true)]
    [InlineData(1000, true)]
    [InlineData(400_000, true)]
    [InlineData(400_000, false)]
    public void WhenTheDiskIsFullRecordingStopsAndWhatIsThereCanBeRead(int capacity, bool canCut)
    {
        var disk = new FullDisk(capacity, canCut);
        TraceEvent[] events = new RandomEvents(3).Next(60_000);
        var writer = new TraceWriter(disk, TraceFiles.Metadata);
        for (int i = 0; i < events.Length; i++)
        {
            writer.Append(events[i]);
            if (i % 9000 == 0)
                writer.Flush();
        }

        writer.AddSites([TraceFiles.Site(1)]);
        writer.Dispose();
        writer.Append(events[0]);
        Assert.Contains("No space left on device", writer.StopReason);
        if (capacity < TraceFileLayout.HeaderBytes)
            return;
        using var reader = new TraceReader(new MemoryStream(disk.ToArray()));
        List<TraceEvent> read = TraceFiles.ReadAll(reader);
        Assert.Equal(writer.EventsWritten, read.Count);
        Assert.Equal(events[..read.Count], read);
        Assert.Contains(canCut ? "not closed" : "cut off", reader.Damage?.Reason);
        Assert.True(read.Count > 1000 || capacity < 400_000);
    }

    [Fact]
    public void ASlowFileHoldsTheProgramBackAndLosesNothing()
    {
        var slow = new SlowDisk();
        TraceEvent[] events = new RandomEvents(4).Next(50_000);
        using (var writer = new TraceWriter(slow, TraceFiles.Metadata))
            foreach (TraceEvent e in events)
                writer.Append(e);
        using var reader = new TraceReader(new MemoryStream(slow.ToArray()));
        Assert.Equal(events, TraceFiles.ReadAll(reader));
        Assert.Null(reader.Damage);
    }

    [Fact]
    public void AFileThatExistsIsOnlyOverwrittenOnRequest()
    {
        string path = Path.GetTempFileName();
        try
        {
            Assert.Throws<IOException>(() => TraceWriter.Create(path, TraceFiles.Metadata));
            TraceWriter.Create(path, TraceFiles.Metadata, overwrite: true).Dispose();
            using TraceReader reader = TraceReader.Open(path);
            Assert.Null(reader.Damage);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Takes so many bytes; the write that goes over it leaves a torn part and throws, as write(2) does.</summary>
    private sealed class FullDisk(int capacity, bool canCut) : MemoryStream
    {
        public override bool CanSeek => canCut;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            int room = capacity - (int)Length;
            base.Write(buffer[..Math.Min(buffer.Length, room)]);
            if (room < buffer.Length)
                throw new IOException("No space left on device");
        }
    }

    private sealed class SlowDisk : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Thread.Sleep(20);
            base.Write(buffer);
        }
    }
}
