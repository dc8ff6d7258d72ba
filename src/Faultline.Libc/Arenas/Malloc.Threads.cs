using Faultline.Kernel.Host;

namespace Faultline.Libc;

// Start and end of threads, as far as malloc sees them (glibc 2.36, malloc/arena.c, malloc/malloc.c).
public sealed unsafe partial class Malloc<TProcess>
{
    private int _threadList;
    private MallocThread? _threads;
    private int _threadsStarted;

    /// <summary>
    /// A new thread's context. It has neither arena nor cache until it needs them. From the first call on the process counts
    /// as multi-threaded for good. (What pthread_create itself allocates is the caller's to replay: calloc(17, 16) by the creating
    /// thread, freed by the joining one.)
    /// </summary>
    public MallocThread StartThread()
    {
        HostLock.Enter(ref _threadList);
        _multiThreaded = true;
        MallocThread thread = new(++_threadsStarted) { Next = _threads };
        _threads = thread;
        HostLock.Exit(ref _threadList);
        return thread;
    }

    /// <summary>
    /// The end of a thread: its cache is emptied into the arenas that own the blocks, smallest sizes first, then the cache's
    /// block is freed and the arena is left; the last thread to leave makes it the first choice for the next.
    /// </summary>
    public void EndThread(MallocThread thread)
    {
        byte* cache = thread.Cache;
        thread.Cache = null;
        thread.CacheShutDown = true;
        if (cache != null)
            FlushCache(thread, cache);
        LeaveArena(thread);
        Forget(thread);
    }

    private void FlushCache(MallocThread thread, byte* cache)
    {
        for (ulong index = 0; index < TcacheLayout.MaximumBins; index++)
        {
            // Each block leaves the list before it is freed. The real one keeps its key; the heap walk needs it gone.
            while (CacheEntry(cache, index) != 0)
                Free(thread, CacheGet(cache, index));
        }

        Free(thread, thread.CacheBlock);
        thread.CacheBlock = 0;
    }

    private void LeaveArena(MallocThread thread)
    {
        ulong arena = thread.Arena;
        thread.Arena = 0;
        if (arena == 0)
            return;
        HostLock.Enter(ref _arenaLists);
        Store(in AttachedThreads(arena), AttachedThreads(arena) - 1);
        if (AttachedThreads(arena) == 0)
        {
            Store(in Word(arena + ArenaLayout.NextFree), _freeArenas);
            _freeArenas = arena;
        }

        HostLock.Exit(ref _arenaLists);
    }

    private void Forget(MallocThread thread)
    {
        HostLock.Enter(ref _threadList);
        ref MallocThread? at = ref _threads;
        while (at != thread)
            at = ref at!.Next;
        at = thread.Next;
        HostLock.Exit(ref _threadList);
    }
}
