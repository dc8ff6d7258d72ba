using System.Diagnostics;
using Faultline.Kernel;

namespace Faultline.Libc;

// Shrinking a secondary arena (heap_trim of glibc 2.36, malloc/arena.c), after every free that made a large chunk.
public sealed unsafe partial class Malloc<TProcess>
{
    private void TrimHeap(ulong arena, ulong pad)
    {
        ulong heap = HeapLayout.Of(Top(arena));
        while (Top(arena) == heap + HeapLayout.HeaderSize && DropEmptyHeap(arena, heap, pad))
            heap = HeapLayout.Of(Top(arena));

        ulong top = Top(arena), size = SizeOf(top);
        ulong spare = size - ChunkLayout.MinimumSize - 1;
        if (size < _trimThreshold || (long)spare < 0 || spare <= pad)
            return;
        ulong extra = PageSize.Down(spare - pad);
        if (extra == 0 || !ShrinkHeap(heap, extra))
            return;
        Store(in SystemMemory(arena), SystemMemory(arena) - extra);
        Store(in Head(top), (size - extra) | ChunkLayout.PreviousInUse);
    }

    /// <summary>
    /// Unmaps the newest heap, which holds nothing but top, if the one before still has room to grow: top moves there, over
    /// the fence and a free chunk before it. False if it does not.
    /// </summary>
    private bool DropEmptyHeap(ulong arena, ulong heap, ulong pad)
    {
        ulong previous = Word(heap + HeapLayout.Previous), previousSize = Word(previous + HeapLayout.Size);
        ulong last = (previous + previousSize - ChunkLayout.HeaderSize) & ~ChunkLayout.AlignmentMask;
        Debug.Assert(Head(last) == ChunkLayout.PreviousInUse);
        ulong fence = last - PreviousSize(last);
        ulong room = previous + previousSize - fence;
        ulong free = PreviousInUse(fence) ? 0 : PreviousSize(fence);
        if (room + free + HeapLayout.MaximumSize - previousSize < pad + ChunkLayout.MinimumSize + PageSize.Bytes)
            return false;

        Store(in SystemMemory(arena), SystemMemory(arena) - Word(heap + HeapLayout.Size));
        if (heap + HeapLayout.MaximumSize == _heapHint)
            _heapHint = 0;

        // First, because once it is unmapped another thread may get the place.
        _shadow.Discard(heap, HeapLayout.MaximumSize);
        _process.Munmap(new VirtualAddress(heap), HeapLayout.MaximumSize);
        if (free != 0)
        {
            fence -= free;
            Unlink(fence);
        }

        Store(in Top(arena), fence);
        Store(in Head(fence), (room + free) | ChunkLayout.PreviousInUse);
        return true;
    }
}
