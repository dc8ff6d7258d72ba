using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// The core free (_int_free of glibc 2.36 to 2.41, malloc/malloc.c): into the thread's cache, else a fastbin, else merged with free
// neighbours into top or a list. What malloc itself cuts off goes this way too (since 2.39 not what memalign does).
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
            Release(arena, chunk, size);
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

    private void Release(ulong arena, ulong chunk, ulong size) => CleanUp(arena, Coalesce(arena, chunk, size, _freesToSmallBins));

    /// <summary>After a free that made a chunk of this size, top included.</summary>
    private void CleanUp(ulong arena, ulong size)
    {
        if (size < ConsolidationThreshold)
            return;
        if (HaveFastChunks(arena) != 0)
            Consolidate(arena);
        if (arena != _mainArena)
            TrimHeap(arena, _topPad);
        else if (SizeOf(Top(arena)) >= _trimThreshold)
            TrimMainTop(_topPad);
    }

    /// <summary>Merges a chunk with its free neighbours. Answers the merged size, top included.</summary>
    private ulong Coalesce(ulong arena, ulong chunk, ulong size, bool toSmallBin)
    {
        ulong next = chunk + size;
        if (!PreviousInUse(chunk))
        {
            ulong before = PreviousSize(chunk);
            size += before;
            chunk -= before;
            Unlink(chunk);
        }

        return MakeFree(arena, chunk, size, next, toSmallBin);
    }

    /// <summary>
    /// Makes [chunk, next), which has no free chunk before it, a free one, and merges it with a free next. What borders on top becomes part of it;
    /// anything else goes to the unsorted list, or if it is small and so asked for to its bin. Answers the merged size, top included.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong MakeFree(ulong arena, ulong chunk, ulong size, ulong next, bool toSmallBin)
    {
        ulong nextSize = SizeOf(next);
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

        if (toSmallBin && BinIndex.IsSmall(size))
            PushSmall(arena, chunk, size);
        else
            PushUnsorted(arena, chunk, size);
        return size;
    }
}
