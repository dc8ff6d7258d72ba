namespace Faultline.Libc;

/// <summary>
/// What glibc 2.36 keeps per thread: the arena that the thread is attached to and its cache (malloc/arena.c thread_arena,
/// malloc/malloc.c tcache). Made by <see cref="Malloc{TProcess}.StartThread"/>; passed to every call of the thread that it
/// belongs to and used by no other.
/// </summary>
public sealed unsafe class MallocThread
{
    internal MallocThread(int number) => Number = number;

    /// <summary>0 for the main thread, then in order of creation.</summary>
    public int Number { get; }

    /// <summary>Real address of the cache's block in the shadow; null until the thread needs one and after its end.</summary>
    internal byte* Cache;

    /// <summary>Simulated address of the same block, what the program would see as a pointer.</summary>
    internal ulong CacheBlock;

    /// <summary>Simulated address of the arena's malloc_state; 0 until an operation needs an arena.</summary>
    internal ulong Arena;

    /// <summary>It has been given an arena.</summary>
    public bool IsAttached => Arena != 0;

    /// <summary>The thread is ending: what it frees from now on goes to the arenas, and no new cache is made.</summary>
    internal bool CacheShutDown;

    internal MallocThread? Next;
}
