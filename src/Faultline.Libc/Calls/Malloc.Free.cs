using System.Runtime.CompilerServices;
using Faultline.Kernel;

namespace Faultline.Libc;

// free(3) and malloc_usable_size(3) of glibc 2.36.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>free by the main thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(ulong pointer) => Free(_mainThread, pointer);

    /// <summary>free: nothing for 0. The pointer must be a live block; of what else it is given, the result is undefined as in C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(MallocThread thread, ulong pointer)
    {
        if (pointer == 0)
            return;
        byte* cache = thread.Cache;
        ulong head = Word(pointer - ChunkLayout.WordSize);
        ulong index = TcacheLayout.IndexOfChunk(head & ~ChunkLayout.FlagMask);
        if (index < _tcacheBins && cache != null && (head & ChunkLayout.Mapped) == 0)
        {
            ReadKey(pointer);
            if (CacheCount(cache, index) < _tcacheCount)
            {
                CachePut(cache, index, pointer);
                return;
            }
        }

        FreeUncached(thread, pointer, head);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeUncached(MallocThread thread, ulong pointer, ulong head)
    {
        ulong chunk = pointer - ChunkLayout.HeaderSize;
        if ((head & ChunkLayout.Mapped) != 0)
        {
            RaiseThresholds(head);
            FreeMapped(chunk);
            return;
        }

        if (thread.Cache == null)
        {
            EnsureCache(thread);
            CoreFree(thread, ArenaOf(chunk), chunk, locked: false);
            return;
        }

        // The cache has just said no.
        FreeInArena(thread, ArenaOf(chunk), chunk, head & ~ChunkLayout.FlagMask, locked: false);
    }

    /// <summary>
    /// The dynamic threshold: a program that frees a mapped chunk of this size is expected to ask for it again, and gets it
    /// from the heap from now on. The comparison is made with the flag bits still in the size word, so that a chunk
    /// of exactly 32 MiB does not count.
    /// </summary>
    private void RaiseThresholds(ulong head)
    {
        if (_thresholdsFrozen || head <= _mmapThreshold || head > MaximumDynamicThreshold)
            return;
        _mmapThreshold = head & ~ChunkLayout.FlagMask;
        _trimThreshold = 2 * _mmapThreshold;
    }

    /// <summary>Unmaps a chunk of its own, with the bytes that an alignment left before it.</summary>
    private void FreeMapped(ulong chunk)
    {
        ulong lead = PreviousSize(chunk);
        ulong length = lead + SizeOf(chunk);
        CountMapping(-1, 0 - length);
        _process.Munmap(new VirtualAddress(chunk - lead), length);
    }

    /// <summary>Bytes that the program may use: the chunk without its header. 0 for 0 and for a chunk that is in a bin.</summary>
    public ulong UsableSize(ulong pointer)
    {
        if (pointer == 0)
            return 0;
        ulong chunk = pointer - ChunkLayout.HeaderSize, size = SizeOf(chunk);
        if (IsMapped(pointer))
            return size - ChunkLayout.HeaderSize;
        return InUse(chunk, size) ? size - ChunkLayout.WordSize : 0;
    }

    /// <summary><see cref="UsableSize"/> of a block that lives, by its own header alone; and whether it is a mapping of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong LiveSize(ulong pointer, out bool mapped)
    {
        ulong head = Word(pointer - ChunkLayout.WordSize);
        mapped = (head & ChunkLayout.Mapped) != 0;
        return (head & ~ChunkLayout.FlagMask) - (mapped ? ChunkLayout.HeaderSize : ChunkLayout.WordSize);
    }

    /// <summary>The block is a mapping of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsMapped(ulong pointer) => (Word(pointer - ChunkLayout.WordSize) & ChunkLayout.Mapped) != 0;
}
