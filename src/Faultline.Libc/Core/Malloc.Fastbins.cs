using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// Fastbins: single-linked stacks of small chunks that still count as in use, so that they are neither merged nor
// split until a consolidation (glibc 2.36, malloc/malloc.c).
public sealed unsafe partial class Malloc<TProcess>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ulong FastbinHead(ulong arena, ulong index) => ref Word(arena + ArenaLayout.Fastbins + index * 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FastbinIndex(ulong size) => (size >> 4) - 2;

    private void PushFastbin(ulong arena, ulong chunk, ulong size)
    {
        Store(in HaveFastChunks(arena), 1);
        ref readonly ulong head = ref FastbinHead(arena, FastbinIndex(size));
        TouchWrite(chunk + ChunkLayout.FdOffset);
        Store(in Fd(chunk), head);
        Mark(chunk, TcacheLayout.FastbinKey);
        Store(in head, chunk);
    }

    private ulong PopFastbin(ref readonly ulong head)
    {
        ulong chunk = head;
        Store(in head, Fd(chunk));
        Mark(chunk, 0);
        return chunk;
    }

    /// <summary>For the heap walk alone: glibc writes nothing there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Mark(ulong chunk, ulong key) => Unsafe.AsRef(in Bk(chunk)) = key;

    /// <summary>
    /// A chunk of exactly this size, or 0. What else the stack holds moves to the thread's cache, in reverse order, while there
    /// is room.
    /// </summary>
    private ulong TakeFromFastbin(MallocThread thread, ulong arena, ulong size)
    {
        ref readonly ulong head = ref FastbinHead(arena, FastbinIndex(size));
        if (head == 0)
            return 0;
        ulong chunk = PopFastbin(in head);
        ulong index = TcacheLayout.IndexOfChunk(size);
        while (head != 0 && CacheHasRoom(thread, index))
            CachePut(thread.Cache, index, PopFastbin(in head) + ChunkLayout.HeaderSize);
        return chunk;
    }
}
