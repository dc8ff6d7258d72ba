// Simulated time. The model has no clock of its own: time passes only where somebody says so (a cost, a sleep, work of a
// processor), so that the same run has the same times.

namespace Faultline.Kernel;

/// <summary>Nanoseconds since the simulated machine booted.</summary>
public sealed class MachineClock
{
    public const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <summary>USER_HZ: the unit of the times in /proc/PID/stat and /proc/stat.</summary>
    public const ulong TicksPerSecond = 100;

    private const ulong NanosecondsPerTick = NanosecondsPerSecond / TicksPerSecond;

    public ulong Now { get; private set; }

    /// <summary>Time in which the machine did nothing, all processors together.</summary>
    public ulong Idle { get; private set; }

    public static ulong Ticks(ulong nanoseconds) => nanoseconds / NanosecondsPerTick;

    private ulong _alarmAt = ulong.MaxValue;
    private Action? _alarm;

    /// <summary>Something is to be done once time has come to a point, in nanoseconds since boot. It may set the next alarm; there is one at a time.</summary>
    internal void SetAlarm(ulong at, Action alarm) => (_alarmAt, _alarm) = (at, alarm);

    private void Ring()
    {
        if (Now < _alarmAt)
            return;
        _alarmAt = ulong.MaxValue;
        _alarm!();
    }

    /// <summary>Nobody runs for so long.</summary>
    public void Sleep(ulong nanoseconds, int cpus)
    {
        Now += nanoseconds;
        Idle += nanoseconds * (ulong)cpus;
        Ring();
    }

    /// <summary>The kernel works for a process for so long, which then waits for a device; the other processors idle. All are nanoseconds.</summary>
    internal void RunKernel(TaskInfo task, ulong working, ulong waiting, int cpus)
    {
        Now += working + waiting;
        task.SystemTime += working;
        Idle += (working * (ulong)(cpus - 1)) + (waiting * (ulong)cpus);
        Ring();
    }

    /// <summary>One process computes for so long, in user mode, while the other processors idle.</summary>
    public void Run(TaskInfo task, ulong nanoseconds, int cpus)
    {
        Now += nanoseconds;
        task.UserTime += nanoseconds;
        Idle += nanoseconds * (ulong)(cpus - 1);
        Ring();
    }
}
