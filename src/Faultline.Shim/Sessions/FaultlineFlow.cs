using Faultline.Shim.Engine;

namespace Faultline;

/// <summary>
/// A measurement of the code that started it, with its tasks and threads, while the rest of the process goes on. Made by
/// <see cref="FaultlineSession.StartFlow"/>; flows may lie inside of each other.
/// </summary>
public sealed class FaultlineFlow : IDisposable
{
    private readonly FaultlineSession _session;
    private readonly FaultlineSnapshot _before;
    private readonly FlowCounter _counter;

    internal FaultlineFlow(FaultlineSession session, FaultlineSnapshot before, int siteCount)
    {
        _session = session;
        _before = before;
        _counter = FlowCounter.Start(siteCount);
    }

    /// <summary>
    /// Ends the counting and tells what was counted. Called again it looks at the process again: blocks that were freed meanwhile are no longer
    /// left. Throws as <see cref="FaultlineSession.Snapshot"/>.
    /// </summary>
    public FlowMeasurement Stop()
    {
        _counter.End();
        return new FlowMeasurement(_session.Snapshot().Since(_before), _counter);
    }

    public void Dispose() => _counter.End();
}
