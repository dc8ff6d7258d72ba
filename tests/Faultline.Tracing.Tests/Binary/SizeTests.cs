using Faultline.TestSupport;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Xunit.Abstractions;

namespace Faultline.Tracing.Tests.Binary;

/// <summary>Bytes an event of real programs' traces, the file's header and metadata counted; and they come back as they were.</summary>
public class SizeTests(ITestOutputHelper output)
{
    /// <summary>The format promises 20 on average; this is what it keeps, with a little room.</summary>
    private const double MostBytes = 12;

    /// <summary>Traces that are no more than a header with a few events say nothing about the size of an event.</summary>
    private const int FewEvents = 500;

    [Theory]
    [MemberData(nameof(RecordedTrace.Committed), MemberType = typeof(RecordedTrace))]
    public void ACommittedTraceIsSmall(string name) => Check(RecordedTrace.Load(RecordedTrace.CommittedFolder, name), name);

    [SharedTracesTheory]
    [MemberData(nameof(RecordedTrace.Shared), MemberType = typeof(RecordedTrace))]
    public void ASharedTraceIsSmall(string name) => Check(RecordedTrace.Load(Repository.SharedTraces!, name), name);

    private void Check(TraceEvent[] events, string name)
    {
        byte[] file = TraceFiles.Write(events);
        double bytes = (double)file.Length / events.Length;
        output.WriteLine($"{name}: {events.Length} events, {bytes:F2} bytes each");
        Assert.True(bytes <= MostBytes || events.Length < FewEvents, $"{name}: {bytes:F2} bytes an event");
        using var reader = new TraceReader(new MemoryStream(file));
        Assert.True(events.AsSpan().SequenceEqual(TraceFiles.ReadAll(reader, batch: 4096).ToArray()), $"{name} does not come back as it was");
    }
}
