using Faultline.Kernel;

namespace Faultline.Libc;

// calloc(3) of glibc 2.36 to 2.41: it takes from the cache since 2.41 only, and clears everything except what has just come from the kernel.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>calloc by the main thread.</summary>
    public ulong Calloc(ulong n, ulong size) => Calloc(_mainThread, n, size);

    /// <summary>calloc: n × size zero bytes. 0 if the product exceeds PTRDIFF_MAX or memory is out.</summary>
    public ulong Calloc(MallocThread thread, ulong n, ulong size)
    {
        if (Math.BigMul(n, size, out ulong bytes) != 0 || bytes > ChunkLayout.MaximumRequest)
            return 0;
        EnsureCache(thread);
        if (_callocTakesFromCache && CallocFromCache(thread, bytes) is var cached and not 0)
            return cached;
        ulong arena = ArenaFor(thread, bytes);
        Lock(arena);
        ulong top = 0, topSize = 0;
        if (arena != 0)
            RememberTop(arena, out top, out topSize);
        ulong pointer = CoreAllocate(thread, arena, bytes);
        Unlock(arena);
        if (pointer == 0 && HasSecondTry(thread, arena, bytes, out ulong other))
            pointer = AllocateLocked(thread, other, bytes);

        if (pointer != 0)
            ClearFresh(pointer, bytes, top, topSize);
        return pointer;
    }

    /// <summary>Clears all that can be used of the block. 0 if the cache has none.</summary>
    private ulong CallocFromCache(MallocThread thread, ulong bytes)
    {
        ulong index = TcacheLayout.IndexOfRequest(bytes);
        if (!CacheHasBlocks(thread, index))
            return 0;
        ulong pointer = CacheGet(thread.Cache, index);
        _process.Clear(new VirtualAddress(pointer), SizeOf(pointer - ChunkLayout.HeaderSize) - ChunkLayout.WordSize);
        return pointer;
    }

    /// <summary>Top before the allocation. In a secondary heap everything that was ever made writable counts as used.</summary>
    private void RememberTop(ulong arena, out ulong top, out ulong size)
    {
        top = Top(arena);
        size = SizeOf(top);
        if (arena == _mainArena)
            return;
        ulong heap = HeapLayout.Of(top);
        size = Math.Max(size, heap + Word(heap + HeapLayout.WritableSize) - top);
    }

    /// <summary>
    /// Clears a block, except a mapping of its own, and except the part of a block cut from top that this very call has got
    /// from the kernel (which glibc trusts to be zero). The eight bytes behind an old top count as its part, so clearing
    /// goes that much past the old end.
    /// </summary>
    private void ClearFresh(ulong pointer, ulong bytes, ulong top, ulong topSize)
    {
        if (IsMapped(pointer))
        {
            if (_perturb != 0)
                _process.Clear(new VirtualAddress(pointer), bytes);
            return;
        }

        ulong chunk = pointer - ChunkLayout.HeaderSize;
        ulong size = SizeOf(chunk);
        if (_perturb == 0 && chunk == top && size > topSize)
            size = topSize;
        _process.Clear(new VirtualAddress(pointer), size - ChunkLayout.WordSize);
    }
}
