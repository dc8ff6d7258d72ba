namespace Faultline.Libc;

// The pass over the unsorted list (glibc 2.36 to 2.41, malloc/malloc.c): chunks freed since the last pass, oldest first, are given
// out if they fit exactly, else sorted into their bins. This is the only place where large bins are filled (in 2.36: any).
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>Chunks sorted in one pass; the rest of the list waits for the next.</summary>
    private const int MaximumScan = 10000;

    /// <summary>
    /// Answers a user pointer that went through the cache, or a chunk, or neither. Exact fits fill the cache first, and
    /// then the one cached last is taken; only when the cache is full is an exact fit given out at once. Sorted counts what
    /// this allocation has sorted over all its passes.
    /// </summary>
    private ulong ScanUnsorted(MallocThread thread, ulong arena, ulong size, ref ulong sorted, out ulong chunk)
    {
        ulong unsorted = BinHead(arena, BinIndex.Unsorted);
        ulong index = TcacheLayout.IndexOfChunk(size);
        bool cached = false;
        int scanned = 0;
        chunk = 0;
        while (scanned < MaximumScan && Bk(unsorted) != unsorted)
        {
            ulong victim = Bk(unsorted);
            ulong victimSize = SizeOf(victim);
            if (IsSplittableRemainder(arena, unsorted, victim, victimSize, size))
            {
                chunk = SplitRemainder(arena, victim, victimSize, size);
                return 0;
            }

            Store(in Bk(unsorted), Bk(victim));
            Store(in Fd(Bk(victim)), unsorted);
            if (victimSize == size)
            {
                MarkInUse(arena, victim, size);
                if (!CacheHasRoom(thread, index))
                {
                    chunk = victim;
                    return 0;
                }

                CachePut(thread.Cache, index, victim + ChunkLayout.HeaderSize);
                cached = true;
                continue;
            }

            Sort(arena, victim, victimSize);
            scanned++;
            sorted++;
            if (cached && _tcacheUnsortedLimit != 0 && sorted > _tcacheUnsortedLimit)
                break;
        }

        return cached ? CacheGet(thread.Cache, index) : 0;
    }

    /// <summary>
    /// A small request may cut another piece off the chunk that the last one was cut from, if nothing else was freed since:
    /// consecutive small requests then lie side by side.
    /// </summary>
    private bool IsSplittableRemainder(ulong arena, ulong unsorted, ulong victim, ulong victimSize, ulong size) =>
        BinIndex.IsSmall(size) && Bk(victim) == unsorted && victim == LastRemainder(arena)
        && victimSize > size + ChunkLayout.MinimumSize;

    private ulong SplitRemainder(ulong arena, ulong victim, ulong victimSize, ulong size)
    {
        Unlink(victim);
        ulong rest = SplitOff(arena, victim, victimSize, size);
        Store(in LastRemainder(arena), rest);
        return victim;
    }

    private void Sort(ulong arena, ulong chunk, ulong size)
    {
        int index = BinIndex.Of(size);
        ulong bin = BinHead(arena, index);
        if (BinIndex.IsSmall(size))
            LinkBetween(chunk, bin, Fd(bin));
        else
            InsertLarge(bin, chunk, size);
        MarkBin(arena, index);
    }
}
