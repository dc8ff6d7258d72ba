using System.Runtime.CompilerServices;

namespace Faultline.Shim.Host;

/// <summary>
/// The lock around the simulated arena: a word that is taken by compare-exchange, some 5 ns when nobody else wants it.
/// </summary>
/// <remarks>
/// Waiters spin, then yield, then sleep by usleep: Thread.Sleep and Monitor would throw ThreadInterruptedException into
/// a program that interrupts a thread, out of a call that cannot throw it without Faultline. Not reentrant.
/// </remarks>
internal struct ArenaLock
{
    private const int SpinsBeforeYield = 20;
    private const int YieldsBeforeSleep = 50;
    private const int SleepMicroseconds = 50;

    private int _taken;

    public readonly bool IsTaken => _taken != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
            Wait();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _taken, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wait()
    {
        for (int attempt = 0; ; attempt++)
        {
            if (attempt < SpinsBeforeYield && Environment.ProcessorCount > 1)
                Thread.SpinWait(1 << Math.Min(attempt, 8));
            else if (attempt < SpinsBeforeYield + YieldsBeforeSleep)
                Thread.Yield();
            else
                HostCalls.usleep(SleepMicroseconds);
            if (Volatile.Read(ref _taken) == 0 && Interlocked.CompareExchange(ref _taken, 1, 0) == 0)
                return;
        }
    }
}
