using System.Runtime.InteropServices;

namespace Faultline.Tool;

/// <summary>Processor time of the calling thread, user and kernel: what other programs do meanwhile is not in it. Source: clock_gettime(2).</summary>
internal static unsafe partial class ThreadClock
{
    private const int ThreadProcessorTime = 3;
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    public static ulong Nanoseconds
    {
        get
        {
            ulong* time = stackalloc ulong[2];
            return clock_gettime(ThreadProcessorTime, time) == 0 ? time[0] * NanosecondsPerSecond + time[1]
                : throw new PlatformNotSupportedException("the system has no clock of a thread's processor time");
        }
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, ulong* time);
}
