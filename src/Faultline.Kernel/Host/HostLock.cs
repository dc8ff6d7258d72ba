using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Faultline.Kernel.Host;

/// <summary>
/// A lock in one int of anybody's memory, 0 when free: taken by compare-exchange, some 5 ns when nobody else wants it. Not reentrant.
/// </summary>
/// <remarks>
/// Waiters spin, then yield, then sleep by usleep: Thread.Sleep, SpinWait, Lock and Monitor would throw
/// ThreadInterruptedException into a program that interrupts a thread, out of a call that cannot throw it without Faultline.
/// </remarks>
public static unsafe class HostLock
{
    private const int SpinsBeforeYield = 20;
    private const int YieldsBeforeSleep = 50;
    private const int SleepMicroseconds = 50;

    private const int Free = 0;
    private const int Taken = 1;
    private const int Broken = 2;

    /// <summary>Waits for the lock. Throws <see cref="InvalidOperationException"/> when it is broken: what it guards is no longer to be relied on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(ref int word)
    {
        if (Interlocked.CompareExchange(ref word, Taken, Free) != Free)
            Wait(ref word);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit(ref int word) => Volatile.Write(ref word, Free);

    /// <summary>A holder failed and will never exit: whoever waits, and whoever comes, is refused.</summary>
    public static void Break(ref int word) => Volatile.Write(ref word, Broken);

    public static bool IsTaken(ref int word) => Volatile.Read(ref word) != Free;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Wait(ref int word)
    {
        for (int attempt = 0; ; attempt++)
        {
            if (attempt < SpinsBeforeYield && Environment.ProcessorCount > 1)
                Thread.SpinWait(1 << Math.Min(attempt, 8));
            else if (attempt < SpinsBeforeYield + YieldsBeforeSleep)
                Thread.Yield();
            else
                usleep(SleepMicroseconds);
            int seen = Volatile.Read(ref word);
            if (seen == Free && Interlocked.CompareExchange(ref word, Taken, Free) == Free)
                return;
            if (seen == Broken)
                throw new InvalidOperationException("another thread failed while it held this lock");
        }
    }

    [DllImport("libc")]
    private static extern int usleep(uint microseconds);
}
