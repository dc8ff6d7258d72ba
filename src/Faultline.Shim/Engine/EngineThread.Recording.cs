using System.Runtime.CompilerServices;
using Faultline.Tracing.Recording;

namespace Faultline.Shim.Engine;

// What a recording keeps for a thread.
internal sealed unsafe partial class EngineThread
{
    private ulong _lastTime;

    /// <summary>Where its events go; null where nothing is recorded, or no more.</summary>
    public RecordingLane? Lane { get; init; }

    /// <summary>The moment at which the call under way took place, where the kernel or a copy decides it; 0 else.</summary>
    public ulong Moment;

    /// <summary>The time of the thread's next event: never before that of the last one, which it came after.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong InOrder(ulong time)
    {
        if (Moment != 0)
        {
            time = Moment;
            Moment = 0;
        }

        return NotBeforeLast(time);
    }

    /// <summary>The same for what comes to light during a call, whose moment is not the call's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NotBeforeLast(ulong time) => _lastTime = Math.Max(_lastTime, time);
}
