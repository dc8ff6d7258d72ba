using Faultline.Kernel;

namespace Faultline.Tracing.Replay;

/// <summary>A trace that was replayed up to an event, and its machine, to look at.</summary>
public sealed class ReplayStory : IDisposable
{
    private readonly ReplayMachine _machine;

    internal ReplayStory(ReplayMachine machine, ulong events) => (_machine, Events) = (machine, events);

    /// <summary>How many events were replayed: all of them where the trace has fewer than were asked for.</summary>
    public ulong Events { get; }

    /// <summary>Valid until this is disposed.</summary>
    public Machine Machine => _machine.Machine;

    public void Dispose() => _machine.Dispose();
}
