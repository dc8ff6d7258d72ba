using Faultline.Kernel.Host;

namespace Faultline.Libc;

// Replays of a recorded program. Which arena a thread reuses once there may be no more of them depends on which were busy at that moment; the
// place of the thread's first block tells it afterwards.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>
    /// Attaches a thread that has no arena yet to the one that a block recorded at <paramref name="pointer"/> came from. Does nothing where
    /// there is no arena at that place (then the thread made it), or one waits that a dead thread left (then the thread got that).
    /// </summary>
    public void AdoptArena(MallocThread thread, ulong pointer)
    {
        if (!_multiThreaded || thread.Arena != 0 || _freeArenas != 0)
            return;
        HostLock.Enter(ref _arenaLists);
        ulong arena = pointer < _process.CurrentBreak.Value ? _mainArena : _arenas.Find(known => HeapLayout.Of(known) == HeapLayout.Of(pointer));
        if (arena != 0)
        {
            Store(in AttachedThreads(arena), AttachedThreads(arena) + 1);
            thread.Arena = arena;
            _nextToUse = NextArena(arena);
        }

        HostLock.Exit(ref _arenaLists);
    }
}
