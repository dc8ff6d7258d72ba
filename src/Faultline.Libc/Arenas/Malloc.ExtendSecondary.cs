namespace Faultline.Libc;

// Growing a secondary arena (sysmalloc of glibc 2.36, malloc/malloc.c): within its newest heap, else by another heap.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>Makes room in top for a chunk of this size. False if that is not possible with heaps.</summary>
    private bool ExtendSecondaryArena(MallocThread thread, ulong arena, ulong size)
    {
        ulong oldTop = Top(arena), oldSize = SizeOf(oldTop);
        ulong oldHeap = HeapLayout.Of(oldTop), oldHeapSize = Word(oldHeap + HeapLayout.Size);
        ulong missing = ChunkLayout.MinimumSize + size - oldSize;
        if ((long)missing > 0 && GrowHeap(oldHeap, missing))
        {
            ulong heapSize = Word(oldHeap + HeapLayout.Size);
            Store(in SystemMemory(arena), SystemMemory(arena) + heapSize - oldHeapSize);
            Store(in Head(oldTop), (oldHeap + heapSize - oldTop) | ChunkLayout.PreviousInUse);
            return true;
        }

        ulong heap = NewHeap(size + ChunkLayout.MinimumSize + HeapLayout.HeaderSize);
        if (heap == 0)
            return false;
        ulong newSize = Word(heap + HeapLayout.Size);
        Store(in Word(heap + HeapLayout.Arena), arena);
        Store(in Word(heap + HeapLayout.Previous), oldHeap);
        Store(in SystemMemory(arena), SystemMemory(arena) + newSize);
        SetTop(arena, heap + HeapLayout.HeaderSize, newSize - HeapLayout.HeaderSize);
        FenceOffHeap(thread, arena, oldTop, oldSize);
        return true;
    }

    /// <summary>
    /// Closes the heap that top has left: a chunk of 16 bytes and the start of one of size 0 stop every merge at its end, and
    /// what is left before them is freed.
    /// </summary>
    /// <remarks>
    /// That free may find the new heap empty and the old one roomy enough, and undo the extension at once (TrimHeap): then
    /// the request fails in this arena.
    /// </remarks>
    private void FenceOffHeap(MallocThread thread, ulong arena, ulong oldTop, ulong oldSize)
    {
        ulong rest = (oldSize - ChunkLayout.MinimumSize) & ~ChunkLayout.AlignmentMask;
        ulong fence = oldTop + rest, last = fence + ChunkLayout.HeaderSize;
        TouchWrite(last + ChunkLayout.SizeOffset);
        Store(in Head(last), ChunkLayout.PreviousInUse);
        if (rest < ChunkLayout.MinimumSize)
        {
            Store(in Head(oldTop), (rest + ChunkLayout.HeaderSize) | ChunkLayout.PreviousInUse);
            Store(in PreviousSize(last), rest + ChunkLayout.HeaderSize);
            return;
        }

        TouchWrite(fence + ChunkLayout.SizeOffset);
        Store(in Head(fence), ChunkLayout.HeaderSize | ChunkLayout.PreviousInUse);
        Store(in PreviousSize(last), ChunkLayout.HeaderSize);
        Store(in Head(oldTop), rest | ChunkLayout.PreviousInUse | ChunkLayout.SecondaryArena);
        CoreFree(thread, arena, oldTop, locked: true);
    }
}
