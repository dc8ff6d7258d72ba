using Faultline.Kernel;

namespace Faultline.Tracing.Replay;

/// <summary>A trace that was replayed up to an event, and its machine, to look at.</summary>
public sealed class ReplayStory : IDisposable
{
    private readonly ReplayMachine _machine;

    internal ReplayStory(ReplayMachine machine, ulong events, string? note) => (_machine, Events, Note) = (machine, events, note);

    /// <summary>Why the program's maps, which are in the trace, are not the process's start, as a sentence; null where they are, or the trace has none.</summary>
    public string? Note { get; }

    /// <summary>How many events were replayed: all of them where the trace has fewer than were asked for.</summary>
    public ulong Events { get; }

    /// <summary>Valid until this is disposed.</summary>
    public Machine Machine => _machine.Machine;

    public void Dispose() => _machine.Dispose();
}
