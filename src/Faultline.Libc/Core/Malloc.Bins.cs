using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// Doubly linked lists of free chunks: unsorted, small and large bins (glibc 2.36 to 2.41, malloc/malloc.c). They are circles
// through the bin's head; chunks enter at the front (fd of the head) and leave at the back.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>
    /// Takes a free chunk out of its list. A large one that leads its size (only those have fd_nextsize set) hands the lead
    /// to the next of the same size or leaves the ring of sizes. If the next is the bin's head, the word read as its
    /// fd_nextsize is a neighbouring bin's link, never 0: a head is no follower.
    /// </summary>
    private void Unlink(ulong chunk)
    {
        ulong next = Fd(chunk), previous = Bk(chunk);
        Debug.Assert(Bk(next) == chunk && Fd(previous) == chunk && PreviousSize(chunk + SizeOf(chunk)) == SizeOf(chunk));
        Store(in Bk(next), previous);
        Store(in Fd(previous), next);
        if (BinIndex.IsSmall(SizeOf(chunk)) || FdNextSize(chunk) == 0)
            return;
        if (FdNextSize(next) != 0)
        {
            Store(in BkNextSize(FdNextSize(chunk)), BkNextSize(chunk));
            Store(in FdNextSize(BkNextSize(chunk)), FdNextSize(chunk));
        }
        else if (FdNextSize(chunk) == chunk)
        {
            Store(in BkNextSize(next), next);
            Store(in FdNextSize(next), next);
        }
        else
        {
            Store(in FdNextSize(next), FdNextSize(chunk));
            Store(in BkNextSize(next), BkNextSize(chunk));
            Store(in BkNextSize(FdNextSize(chunk)), next);
            Store(in FdNextSize(BkNextSize(chunk)), next);
        }
    }

    /// <summary>Links a chunk between two neighbours of a list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LinkBetween(ulong chunk, ulong previous, ulong next)
    {
        Store(in Bk(chunk), previous);
        Store(in Fd(chunk), next);
        Store(in Bk(next), chunk);
        Store(in Fd(previous), chunk);
    }

    /// <summary>Writes the header and foot of a free chunk and puts it at the front of the unsorted list.</summary>
    private void PushUnsorted(ulong arena, ulong chunk, ulong size) => PushFree(BinHead(arena, BinIndex.Unsorted), chunk, size);

    /// <summary>The same with its small bin.</summary>
    private void PushSmall(ulong arena, ulong chunk, ulong size)
    {
        int index = BinIndex.Of(size);
        PushFree(BinHead(arena, index), chunk, size);
        MarkBin(arena, index);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PushFree(ulong head, ulong chunk, ulong size)
    {
        TouchWrite(chunk + ChunkLayout.FdOffset);
        LinkBetween(chunk, head, Fd(head));
        if (!BinIndex.IsSmall(size))
        {
            TouchWrite(chunk + ChunkLayout.FdNextSizeOffset);
            Store(in BkNextSize(chunk), 0);
            Store(in FdNextSize(chunk), 0);
        }

        Store(in Head(chunk), size | ChunkLayout.PreviousInUse);
        Store(in PreviousSize(chunk + size), size);
    }

    /// <summary>Marks a chunk that leaves a list as in use and as this arena's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MarkInUse(ulong arena, ulong chunk, ulong size)
    {
        Store(in Head(chunk + size), Head(chunk + size) | ChunkLayout.PreviousInUse);
        Store(in Head(chunk), Head(chunk) | ArenaFlag(arena));
    }

    /// <summary>
    /// The oldest chunk of this small size, or 0. Others of the same size move to the thread's cache while there is room.
    /// </summary>
    private ulong TakeFromSmallBin(MallocThread thread, ulong arena, ulong size)
    {
        ulong bin = BinHead(arena, BinIndex.Of(size));
        ulong chunk = Bk(bin);
        if (chunk == bin)
            return 0;
        TakeLast(arena, bin, chunk, size);
        ulong index = TcacheLayout.IndexOfChunk(size);
        while (Bk(bin) != bin && CacheHasRoom(thread, index))
        {
            ulong cached = Bk(bin);
            TakeLast(arena, bin, cached, size);
            CachePut(thread.Cache, index, cached + ChunkLayout.HeaderSize);
        }

        return chunk;
    }

    private void TakeLast(ulong arena, ulong bin, ulong chunk, ulong size)
    {
        ulong previous = Bk(chunk);
        MarkInUse(arena, chunk, size);
        Store(in Bk(bin), previous);
        Store(in Fd(previous), bin);
    }
}
