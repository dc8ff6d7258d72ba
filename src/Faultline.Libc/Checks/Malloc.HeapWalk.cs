namespace Faultline.Libc;

// What the heap walk asks. A part of an arena is a run of adjacent chunks: a segment of the main arena (counted up from 1), or
// a heap of a secondary one (named by its address, newest first).
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>Lists every chunk of every arena. See <see cref="HeapWalk{TProcess}"/>.</summary>
    public HeapWalk<TProcess> WalkHeaps() => new(this);

    /// <summary>The arena after this one, locked, and this one unlocked; from 0 to the main arena, from the last to 0.</summary>
    internal ulong NextWalk(ulong arena)
    {
        ulong next = arena == 0 ? _mainArena : NextArena(arena);
        LeaveWalk(arena);
        if (arena != 0 && next == _mainArena)
            return 0;
        Lock(next);
        return next;
    }

    internal void LeaveWalk(ulong arena) => Unlock(arena);

    /// <summary>Bounds of the part of an arena after <paramref name="part"/> (0: the first). The end is behind the last chunk.</summary>
    internal bool TryPart(ulong arena, ref ulong part, out ulong start, out ulong end)
    {
        start = end = 0;
        if (arena == 0)
            return false;
        if (arena == _mainArena)
        {
            if (part >= (ulong)_segments.Count)
                return false;
            Segment segment = _segments[(int)part++];
            start = segment.Start;
            end = segment.End != 0 ? segment.End : EndOfTop(arena);
            return true;
        }

        if (part == HeapLayout.HeaderSize)
            return false;
        ulong heap = part == 0 ? HeapLayout.Of(Top(arena)) : part;
        ulong previous = Word(heap + HeapLayout.Previous);
        start = heap + (previous == 0 ? HeapLayout.FirstChunk : HeapLayout.HeaderSize);
        end = heap == HeapLayout.Of(Top(arena)) ? EndOfTop(arena) : heap + Word(heap + HeapLayout.Size);
        part = previous != 0 ? previous : HeapLayout.HeaderSize;
        return true;
    }

    /// <summary>The chunk at an address of a part that ends at <paramref name="end"/>.</summary>
    internal HeapChunk ChunkAt(ulong arena, ulong chunk, ulong end)
    {
        ulong size = SizeOf(chunk);
        if (chunk == Top(arena))
            return new HeapChunk(chunk, size, ChunkKind.Top);
        if (chunk + size + ChunkLayout.HeaderSize >= end || size < ChunkLayout.MinimumSize)
            return new HeapChunk(chunk, Math.Max(size, ChunkLayout.HeaderSize), ChunkKind.Fence);
        return new HeapChunk(chunk, size, KindOf(chunk, size));
    }

    private ChunkKind KindOf(ulong chunk, ulong size)
    {
        if (!InUse(chunk, size))
            return ChunkKind.Binned;
        ulong key = Bk(chunk);
        if (key == TcacheLayout.CachedKey)
            return ChunkKind.Cached;
        if (key == TcacheLayout.FastbinKey)
            return ChunkKind.Fast;
        bool isCache = size - CacheChunkSize < ChunkLayout.MinimumSize && IsCacheBlock(chunk + ChunkLayout.HeaderSize);
        return isCache ? ChunkKind.CacheStructure : ChunkKind.Live;
    }

    /// <summary>A cache's chunk may be one step larger, if it was cut from a chunk whose rest would have been none.</summary>
    private const ulong CacheChunkSize = TcacheLayout.BlockSize + ChunkLayout.HeaderSize;

    private bool IsCacheBlock(ulong pointer)
    {
        for (MallocThread? thread = _threads; thread != null; thread = thread.Next)
        {
            if (thread.CacheBlock == pointer)
                return true;
        }

        return false;
    }

    private ulong EndOfTop(ulong arena) => Top(arena) + SizeOf(Top(arena));
}
