namespace Faultline.Libc;

// The core free (_int_free of glibc 2.36, malloc/malloc.c): into the thread's cache, else a fastbin, else merged with free
// neighbours into the unsorted list or into top. Everything that malloc itself cuts off goes this way too.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>A free that makes a chunk of this size or more (top included) cleans up. Bytes.</summary>
    private const ulong ConsolidationThreshold = 65536;

    /// <param name="thread">Its cache is tried first, whatever arena owns the chunk.</param>
    /// <param name="arena">The chunk's arena.</param>
    /// <param name="chunk">A chunk in use that is no mapping of its own.</param>
    /// <param name="locked">The caller holds the arena's lock.</param>
    private void CoreFree(MallocThread thread, ulong arena, ulong chunk, bool locked)
    {
        ulong size = SizeOf(chunk);
        if (TryCache(thread, chunk, size))
            return;
        FreeInArena(thread, arena, chunk, size, locked);
    }

    /// <summary>The same for a chunk that the cache does not take.</summary>
    private void FreeInArena(MallocThread thread, ulong arena, ulong chunk, ulong size, bool locked)
    {
        if (!locked)
            Lock(arena);
        PerturbFreed(chunk + ChunkLayout.HeaderSize, size - ChunkLayout.HeaderSize);
        if (size <= _maximumFast)
            PushFastbin(arena, chunk, size);
        else
            Release(thread, arena, chunk, size);
        if (!locked)
            Unlock(arena);
    }

    private bool TryCache(MallocThread thread, ulong chunk, ulong size)
    {
        ulong index = TcacheLayout.IndexOfChunk(size);
        if (thread.Cache == null || index >= _tcacheBins)
            return false;
        ulong pointer = chunk + ChunkLayout.HeaderSize;
        ReadKey(pointer);
        if (CacheCount(thread.Cache, index) >= _tcacheCount)
            return false;
        CachePut(thread.Cache, index, pointer);
        return true;
    }

    private void Release(MallocThread thread, ulong arena, ulong chunk, ulong size)
    {
        if (Coalesce(arena, chunk, size) < ConsolidationThreshold)
            return;
        if (HaveFastChunks(arena) != 0)
            Consolidate(arena);
        if (arena != _mainArena)
            TrimHeap(arena, _topPad);
        else if (SizeOf(Top(arena)) >= _trimThreshold)
            TrimMainTop(_topPad);
    }

    /// <summary>
    /// Merges a chunk with its free neighbours. What borders on top becomes part of it; anything else goes to the unsorted
    /// list. Answers the merged size, top included.
    /// </summary>
    private ulong Coalesce(ulong arena, ulong chunk, ulong size)
    {
        ulong next = chunk + size;
        ulong nextSize = SizeOf(next);
        if (!PreviousInUse(chunk))
        {
            ulong before = PreviousSize(chunk);
            size += before;
            chunk -= before;
            Unlink(chunk);
        }

        if (next == Top(arena))
        {
            size += nextSize;
            Store(in Head(chunk), size | ChunkLayout.PreviousInUse);
            Store(in Top(arena), chunk);
            return size;
        }

        if (InUse(next, nextSize))
        {
            Store(in Head(next), Head(next) & ~ChunkLayout.PreviousInUse);
        }
        else
        {
            Unlink(next);
            size += nextSize;
        }

        PushUnsorted(arena, chunk, size);
        return size;
    }
}
