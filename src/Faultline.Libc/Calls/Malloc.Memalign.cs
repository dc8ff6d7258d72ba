using System.Numerics;
using Faultline.Kernel;

namespace Faultline.Libc;

// memalign(3) and its relatives of glibc 2.36 to 2.41: allocate more than needed, cut off what is before the first aligned place and
// what is behind the end. They do not make the thread's cache. In 2.36 they do not take from it either, but what is cut off goes into it;
// since 2.39 an aligned block of it is taken, and what is cut off (Malloc.MemalignCuts.cs) goes to the bins.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>memalign by the main thread.</summary>
    public ulong AlignedAllocate(ulong alignment, ulong n) => AlignedAllocate(_mainThread, alignment, n);

    /// <summary>
    /// memalign: n bytes at a multiple of the alignment, which is rounded up to a power of two. 0 for an
    /// alignment above 2^63, for what no address space holds, and if memory is out.
    /// </summary>
    public ulong AlignedAllocate(MallocThread thread, ulong alignment, ulong n)
    {
        if (alignment <= ChunkLayout.Alignment)
            return Allocate(thread, n);
        alignment = Math.Max(alignment, ChunkLayout.MinimumSize);
        if (alignment > 1UL << 63)
            return 0;
        return AllocateAligned(thread, BitOperations.RoundUpToPowerOf2(alignment), n);
    }

    /// <summary>posix_memalign: 0 or an errno. EINVAL unless the alignment is a power of two and a multiple of 8; ENOMEM.</summary>
    public int PosixMemalign(ulong alignment, ulong n, out ulong pointer) => PosixMemalign(_mainThread, alignment, n, out pointer);

    /// <inheritdoc cref="PosixMemalign(ulong,ulong,out ulong)"/>
    public int PosixMemalign(MallocThread thread, ulong alignment, ulong n, out ulong pointer)
    {
        pointer = 0;
        if (alignment < ChunkLayout.WordSize || !BitOperations.IsPow2(alignment))
            return (int)Errno.EINVAL;
        pointer = AlignedAllocate(thread, alignment, n);
        return pointer == 0 ? (int)Errno.ENOMEM : 0;
    }

    /// <summary>valloc: n bytes at the start of a page.</summary>
    public ulong Valloc(MallocThread thread, ulong n) => AlignedAllocate(thread, PageSize.Bytes, n);

    /// <summary>pvalloc: whole pages for n bytes. 0 where rounding up would wrap.</summary>
    public ulong Pvalloc(MallocThread thread, ulong n) =>
        n > ulong.MaxValue - PageSize.Mask ? 0 : AlignedAllocate(thread, PageSize.Bytes, PageSize.Up(n));

    private ulong AllocateAligned(MallocThread thread, ulong alignment, ulong n)
    {
        if (_profile.MemalignTakesFromCache)
        {
            if (n > ChunkLayout.MaximumRequest)
                return 0;
            ulong index = TcacheLayout.IndexOfRequest(n);
            ulong cached = CacheHasBlocks(thread, index) ? CacheGetAligned(thread.Cache, index, alignment) : 0;
            if (cached != 0)
                return cached;
        }

        // The first try's hint allows for the alignment, the second's does not.
        ulong arena = ArenaFor(thread, n + alignment + ChunkLayout.MinimumSize);
        Lock(arena);
        ulong pointer = CoreAllocateAligned(thread, arena, alignment, n);
        Unlock(arena);
        if (pointer != 0 || !HasSecondTry(thread, arena, n, out ulong other))
            return pointer;
        Lock(other);
        pointer = CoreAllocateAligned(thread, other, alignment, n);
        Unlock(other);
        return pointer;
    }

    private ulong CoreAllocateAligned(MallocThread thread, ulong arena, ulong alignment, ulong n)
    {
        if (!ChunkLayout.TryChunkSize(n, out ulong size) || alignment > ChunkLayout.MaximumRequest)
            return 0;
        ulong pointer = CoreAllocate(thread, arena, size + alignment + ChunkLayout.MinimumSize);
        if (pointer == 0)
            return 0;
        ulong chunk = pointer - ChunkLayout.HeaderSize;
        if ((pointer & (alignment - 1)) != 0)
        {
            // What is before must be able to be a chunk.
            ulong aligned = ((pointer + alignment - 1) & ~(alignment - 1)) - ChunkLayout.HeaderSize;
            if (aligned - chunk < ChunkLayout.MinimumSize)
                aligned += alignment;
            if (!CutLead(thread, arena, chunk, aligned))
                return aligned + ChunkLayout.HeaderSize;
            chunk = aligned;
        }

        if (!IsMapped(chunk + ChunkLayout.HeaderSize))
            CutTail(thread, arena, chunk, size);
        return chunk + ChunkLayout.HeaderSize;
    }
}
