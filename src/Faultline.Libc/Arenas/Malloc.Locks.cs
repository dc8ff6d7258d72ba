using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// The lock of each arena, in the same word as glibc's, taken where glibc takes it: around the core operations, never for
// what a thread's cache can do. While the process has one thread nothing is locked.
public sealed unsafe partial class Malloc<TProcess>
{
    private volatile bool _multiThreaded;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Lock(ulong arena)
    {
        if (_multiThreaded && arena != 0)
            Acquire(ref IntWord(arena + ArenaLayout.Mutex));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Unlock(ulong arena)
    {
        if (_multiThreaded && arena != 0)
            Volatile.Write(ref IntWord(arena + ArenaLayout.Mutex), 0);
    }

    private bool IsLocked(ulong arena) => Volatile.Read(ref IntWord(arena + ArenaLayout.Mutex)) != 0;

    private static void Acquire(ref int mutex)
    {
        if (Interlocked.CompareExchange(ref mutex, 1, 0) == 0)
            return;
        SpinWait wait = default;
        do
            wait.SpinOnce();
        while (Volatile.Read(ref mutex) != 0 || Interlocked.CompareExchange(ref mutex, 1, 0) != 0);
    }
}
