using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// malloc(3) of glibc 2.36. The first lines of Allocate are what a program runs through millions of times a second.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>malloc by the main thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Allocate(ulong n) => Allocate(_mainThread, n);

    /// <summary>malloc: at least n bytes, 16-aligned. 0 if n exceeds PTRDIFF_MAX or memory is out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Allocate(MallocThread thread, ulong n)
    {
        byte* cache = thread.Cache;
        ulong index = TcacheLayout.IndexOfRequest(n);
        if (index < _tcacheBins && cache != null && CacheCount(cache, index) != 0)
            return CacheGet(cache, index);
        return AllocateUncached(thread, n);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong AllocateUncached(MallocThread thread, ulong n)
    {
        if (n > ChunkLayout.MaximumRequest)
            return 0;
        EnsureCache(thread);
        return AllocateIn(thread, ArenaFor(thread, n), n);
    }

    /// <summary>The core allocation in an arena and, should that fail with threads about, once more in another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong AllocateIn(MallocThread thread, ulong arena, ulong n)
    {
        ulong pointer = AllocateLocked(thread, arena, n);
        return pointer != 0 ? pointer : AllocateElsewhere(thread, arena, n);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong AllocateElsewhere(MallocThread thread, ulong arena, ulong n)
        => HasSecondTry(thread, arena, n, out ulong other) ? AllocateLocked(thread, other, n) : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong AllocateLocked(MallocThread thread, ulong arena, ulong n)
    {
        Lock(arena);
        ulong pointer = CoreAllocate(thread, arena, n);
        Unlock(arena);
        return pointer;
    }
}
