using System.Diagnostics;
using System.Runtime.CompilerServices;
using Faultline.Kernel;

namespace Faultline.Libc;

// The core allocation (_int_malloc of glibc 2.36, malloc/malloc.c), by falling preference: a chunk of the very size that
// was freed lately, a small bin, the unsorted list (sorting it on the way), the best fit of the large bins, the next
// larger bin that has anything, top, and at last the kernel.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>
    /// Allocates from one arena without looking into the thread's cache first (but feeding it). Arena 0: none could be
    /// made, only a mapping can serve. User pointer or 0. The arena is locked by the caller.
    /// </summary>
    private ulong CoreAllocate(MallocThread thread, ulong arena, ulong request)
    {
        if (!ChunkLayout.TryChunkSize(request, out ulong size))
            return 0;
        ulong chunk = arena == 0 ? SystemAllocate(thread, 0, size) : TakeExact(thread, arena, size);
        if (chunk == 0 && arena != 0)
        {
            ulong cached = Search(thread, arena, size, out chunk);
            if (cached != 0)
                return cached;
        }

        if (chunk == 0)
            return 0;
        ulong pointer = chunk + ChunkLayout.HeaderSize;
        PerturbAllocated(pointer, request);
        return pointer;
    }

    /// <summary>The cheap places, where only the size itself is looked for. A large request consolidates here instead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong TakeExact(MallocThread thread, ulong arena, ulong size)
    {
        if (size <= _maximumFast)
        {
            ulong fast = TakeFromFastbin(thread, arena, size);
            if (fast != 0)
                return fast;
        }

        if (BinIndex.IsSmall(size))
            return TakeFromSmallBin(thread, arena, size);
        if (HaveFastChunks(arena) != 0)
            Consolidate(arena);
        return 0;
    }

    /// <summary>Everything after that. Answers either a cached block (user pointer, returned) or a chunk (0 when memory is out).</summary>
    private ulong Search(MallocThread thread, ulong arena, ulong size, out ulong chunk)
    {
        ulong sorted = 0;
        while (true)
        {
            ulong cached = ScanUnsorted(thread, arena, size, ref sorted, out chunk);
            if (cached != 0 || chunk != 0)
                return cached;
            chunk = TakeBestFit(arena, size);
            if (chunk != 0)
                return 0;
            if (SizeOf(Top(arena)) >= size + ChunkLayout.MinimumSize)
            {
                chunk = CutFromTop(arena, size);
                return 0;
            }

            if (HaveFastChunks(arena) == 0)
                break;
            Consolidate(arena);
        }

        chunk = SystemAllocate(thread, arena, size);
        return 0;
    }

    /// <summary>Cuts a chunk off the bottom of top, which has room for it and its own minimum.</summary>
    private ulong CutFromTop(ulong arena, ulong size)
    {
        ulong chunk = Top(arena), top = chunk + size;
        ulong rest = SizeOf(chunk) - size;
        Debug.Assert(rest >= ChunkLayout.MinimumSize && rest < SizeOf(chunk));
        if (((chunk ^ top) & ~PageSize.Mask) != 0 && size <= SmallCut)
            PrepareShadow(PageSize.Down(top), top + rest);
        Store(in Top(arena), top);
        Store(in Head(chunk), size | ChunkLayout.PreviousInUse | ArenaFlag(arena));
        TouchWrite(top + ChunkLayout.SizeOffset);
        Store(in Head(top), rest | ChunkLayout.PreviousInUse);
        return chunk;
    }
}
