using System.Runtime.CompilerServices;
using Faultline.Kernel.Host;

namespace Faultline.Libc;

// The lock of each arena, in the same word as glibc's, taken where glibc takes it: around the core operations, never for
// what a thread's cache can do. While the process has one thread nothing is locked.
public sealed unsafe partial class Malloc<TProcess>
{
    private volatile bool _multiThreaded;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Lock(ulong arena)
    {
        if (!_multiThreaded || arena == 0)
            return;
        NoteStore(arena + ArenaLayout.Mutex);
        HostLock.Enter(ref Mutex(arena));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Unlock(ulong arena)
    {
        if (_multiThreaded && arena != 0)
            HostLock.Exit(ref Mutex(arena));
    }

    private bool IsLocked(ulong arena) => HostLock.IsTaken(ref Mutex(arena));

    private ref int Mutex(ulong arena) => ref Unsafe.AsRef(in IntWord(arena + ArenaLayout.Mutex));

    /// <summary>
    /// The model failed in a call, which left its locks taken: every call of another thread that needs a lock throws
    /// <see cref="InvalidOperationException"/> from now on, instead of waiting for ever.
    /// </summary>
    public void BreakLocks()
    {
        ulong arena = _mainArena;
        do
        {
            HostLock.Break(ref Mutex(arena));
            arena = NextArena(arena);
        }
        while (arena != _mainArena);
        HostLock.Break(ref _arenaLists);
        HostLock.Break(ref _threadList);
    }
}
