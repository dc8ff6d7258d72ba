using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;
using BenchmarkDotNet.Engines;

namespace Faultline.BenchmarkDotNet.Child;

/// <summary>
/// Counts in a benchmark's process. BenchmarkDotNet's engine raises an event before and after each iteration, on the thread that runs it and outside of
/// IterationSetup and IterationCleanup: between the two of a measured iteration the operations are all that happens. The number of operations comes with the event.
/// </summary>
internal sealed class EngineListener(string file) : EventListener
{
    private FaultlineSession? _session;
    private FaultlineSnapshot? _before;
    private NativeFigures _figures = new();

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == EngineEventSource.SourceName)
            EnableEvents(eventSource, EventLevel.Informational);
    }

    /// <summary>Never throws: a benchmark must not fail because it is counted.</summary>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        try
        {
            Handle(eventData);
        }
        catch (Exception e)
        {
            _figures = _figures with { Failure = e.Message.ReplaceLineEndings(" ") };
        }
    }

    private void Handle(EventWrittenEventArgs happened)
    {
        if (happened.EventId == EngineEventSource.BenchmarkStopEventId)
            _figures.Write(file);
        if (_figures.Failure != null)
            return;
        if (happened.EventId == EngineEventSource.WorkloadActualStartEventId)
            Start();
        if (happened.EventId == EngineEventSource.WorkloadActualStopEventId)
            Stop((long)happened.Payload![0]!);
    }

    /// <summary>Throws where the process is not routed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Start()
    {
        _session ??= FaultlineSession.Start();
        _before = _session.Snapshot();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Stop(long operations)
    {
        FaultlineMeasurement measured = _session!.Snapshot().Since(_before!);
        _figures = new(
            _figures.Operations + operations,
            _figures.Allocations + measured.Allocations,
            _figures.Bytes + measured.Bytes,
            _figures.LeftBytes + measured.Totals.LiveBytes,
            _figures.MinorFaults + measured.Kernel.MinorFaults,
            _figures.BrkCalls + measured.Kernel.BrkCalls,
            _figures.MmapCalls + measured.Kernel.MmapCalls);
    }
}
