using Faultline.Kernel;

namespace Faultline.Libc;

// realloc(3) of glibc 2.36 to 2.41: in place where the chunk, top or a free neighbour has room, else move. Mapped blocks are always
// remapped, whatever the new size, in 2.36; since 2.39 not for less than a page.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>realloc by the main thread.</summary>
    public ulong Reallocate(ulong pointer, ulong n) => Reallocate(_mainThread, pointer, n);

    /// <summary>
    /// realloc: the block with n bytes, perhaps elsewhere, contents kept up to the smaller size. Pointer 0: malloc. n = 0:
    /// free, answers 0. Otherwise 0 means that memory is out and the block is as it was.
    /// </summary>
    public ulong Reallocate(MallocThread thread, ulong pointer, ulong n)
    {
        if (pointer == 0)
            return Allocate(thread, n);
        if (n == 0)
        {
            Free(thread, pointer);
            return 0;
        }

        if (_keepsBlocksThatFit && Fits(pointer, n))
            return pointer;
        ulong chunk = pointer - ChunkLayout.HeaderSize;
        bool mapped = IsMapped(pointer);
        if (!mapped)
            EnsureCache(thread);
        if (!ChunkLayout.TryChunkSize(n, out ulong size))
            return 0;
        return mapped ? ReallocateMapped(thread, chunk, size, n) : ReallocateInArena(thread, chunk, size, n);
    }

    /// <summary>The block has room for the request, and little more: less than the smallest step of sizes, or at most a page of a mapping.</summary>
    private bool Fits(ulong pointer, ulong n)
    {
        ulong spare = LiveSize(pointer, out bool mapped) - n;
        return (long)spare >= 0 && (spare < ChunkLayout.Alignment || (mapped && spare <= PageSize.Bytes));
    }

    private ulong ReallocateInArena(MallocThread thread, ulong chunk, ulong size, ulong n)
    {
        ulong arena = ArenaOf(chunk);
        Lock(arena);
        ulong pointer = CoreReallocate(thread, arena, chunk, size);
        Unlock(arena);
        if (pointer != 0 || !_multiThreaded)
            return pointer;

        // The owner arena is out of memory: any other will do.
        pointer = Allocate(thread, n);
        if (pointer == 0)
            return 0;
        ulong old = chunk + ChunkLayout.HeaderSize;
        CopyBlock(pointer, old, SizeOf(chunk) - ChunkLayout.WordSize);
        CoreFree(thread, arena, chunk, locked: false);
        return pointer;
    }

    private ulong CoreReallocate(MallocThread thread, ulong arena, ulong chunk, ulong size)
    {
        ulong oldSize = SizeOf(chunk), available = oldSize;
        ulong next = chunk + oldSize, nextSize = SizeOf(next);
        if (oldSize < size)
        {
            if (next == Top(arena) && oldSize + nextSize >= size + ChunkLayout.MinimumSize)
                return GrowIntoTop(arena, chunk, size, oldSize + nextSize);
            if (next != Top(arena) && !InUse(next, nextSize) && oldSize + nextSize >= size)
            {
                Unlink(next);
                available = oldSize + nextSize;
            }
            else
            {
                // One word less than what the chunk can hold, so that the same chunk size comes out.
                ulong moved = CoreAllocate(thread, arena, size - ChunkLayout.AlignmentMask);
                if (moved == 0)
                    return 0;
                if (moved - ChunkLayout.HeaderSize != next)
                {
                    CopyBlock(moved, chunk + ChunkLayout.HeaderSize, oldSize - ChunkLayout.WordSize);
                    CoreFree(thread, arena, chunk, locked: true);
                    return moved;
                }

                // The new chunk starts where the old one ends: top was extended in between.
                available = oldSize + SizeOf(next);
            }
        }

        Shrink(thread, arena, chunk, available, size);
        return chunk + ChunkLayout.HeaderSize;
    }

    private ulong GrowIntoTop(ulong arena, ulong chunk, ulong size, ulong available)
    {
        SetSizeKeepingPrevious(arena, chunk, size);
        ulong top = chunk + size;
        Store(in Top(arena), top);
        TouchWrite(top + ChunkLayout.SizeOffset);
        Store(in Head(top), (available - size) | ChunkLayout.PreviousInUse);
        return chunk + ChunkLayout.HeaderSize;
    }

    /// <summary>
    /// Gives a chunk its size; what is left over, if it can be a chunk, is freed like any other (cache first, no merge with
    /// top).
    /// </summary>
    private void Shrink(MallocThread thread, ulong arena, ulong chunk, ulong available, ulong size)
    {
        ulong rest = available - size;
        if (rest < ChunkLayout.MinimumSize)
        {
            SetSizeKeepingPrevious(arena, chunk, available);
            Store(in Head(chunk + available), Head(chunk + available) | ChunkLayout.PreviousInUse);
            return;
        }

        ulong tail = chunk + size;
        SetSizeKeepingPrevious(arena, chunk, size);
        TouchWrite(tail + ChunkLayout.SizeOffset);
        Store(in Head(tail), rest | ChunkLayout.PreviousInUse | ArenaFlag(arena));
        Store(in Head(tail + rest), Head(tail + rest) | ChunkLayout.PreviousInUse);
        CoreFree(thread, arena, tail, locked: true);
    }

    private void SetSizeKeepingPrevious(ulong arena, ulong chunk, ulong size) =>
        Store(in Head(chunk), size | (Head(chunk) & ChunkLayout.PreviousInUse) | ArenaFlag(arena));

    private void CopyBlock(ulong destination, ulong source, ulong length) =>
        _process.Copy(new VirtualAddress(destination), new VirtualAddress(source), length);
}
