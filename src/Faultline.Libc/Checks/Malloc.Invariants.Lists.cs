namespace Faultline.Libc;

// The lists' side of CheckInvariants: every chunk is in the list of its size, links agree, large bins are sorted.
public sealed unsafe partial class Malloc<TProcess>
{
    private Tally CheckLists(ulong arena)
    {
        Tally tally = default;
        for (ulong index = 0; index < ArenaLayout.FastbinCount; index++)
        {
            for (ulong chunk = FastbinHead(arena, index); chunk != 0; chunk = Fd(chunk))
            {
                Require(SizeOf(chunk) == (index + 2) * 16, $"chunk 0x{chunk:x} of {SizeOf(chunk)} bytes in fastbin {index}");
                Require(Bk(chunk) == TcacheLayout.FastbinKey, $"fast chunk 0x{chunk:x} without its mark");
                tally.Fast++;
            }
        }

        for (int index = BinIndex.Unsorted; index <= BinIndex.Heads; index++)
            CheckBin(arena, index, ref tally);
        return tally;
    }

    private void CheckBin(ulong arena, int index, ref Tally tally)
    {
        ulong bin = BinHead(arena, index), previous = bin;
        for (ulong chunk = Fd(bin); chunk != bin; previous = chunk, chunk = Fd(chunk))
        {
            ulong size = SizeOf(chunk);
            Require(Bk(chunk) == previous, $"chunk 0x{chunk:x} in bin {index} links back to 0x{Bk(chunk):x}, not 0x{previous:x}");
            Require(!InUse(chunk, size), $"chunk 0x{chunk:x} of {size} bytes is in bin {index} and in use");
            Require(index == BinIndex.Unsorted || BinIndex.Of(size) == index, $"chunk 0x{chunk:x} of {size} bytes in bin {index}");
            tally.Binned++;
            tally.BinnedBytes += size;
        }

        Require(Bk(bin) == previous, $"bin {index} ends with 0x{Bk(bin):x}, not 0x{previous:x}");
        bool marked = (BinMap(arena, index >> 6) & 1UL << (index & 63)) != 0;
        Require(index == BinIndex.Unsorted || Fd(bin) == bin || marked, $"bin {index} has chunks and no bit");
        if (index > 63 && Fd(bin) != bin)
            CheckSizes(bin, index);
    }

    /// <summary>A large bin: sizes fall, the first of each size leads, and the leaders' ring has exactly the sizes.</summary>
    private void CheckSizes(ulong bin, int index)
    {
        ulong leader = Fd(bin);
        for (ulong chunk = Fd(bin); chunk != bin; chunk = Fd(chunk))
        {
            bool leads = Bk(chunk) == bin || SizeOf(Bk(chunk)) != SizeOf(chunk);
            Require(Bk(chunk) == bin || SizeOf(Bk(chunk)) >= SizeOf(chunk),
                $"bin {index}: 0x{chunk:x} of {SizeOf(chunk)} bytes comes after a smaller one");
            Require(leads == (FdNextSize(chunk) != 0), $"bin {index}: 0x{chunk:x} leads: {leads}, fd_nextsize 0x{FdNextSize(chunk):x}");
            if (!leads)
                continue;
            Require(chunk == leader, $"bin {index}: the ring of sizes has 0x{leader:x} where the list has 0x{chunk:x}");
            Require(BkNextSize(FdNextSize(chunk)) == chunk, $"bin {index}: the ring of sizes is torn at 0x{chunk:x}");
            leader = FdNextSize(chunk);
        }

        Require(leader == Fd(bin), $"bin {index}: the ring of sizes ends at 0x{leader:x}");
    }

    private void CheckThreads(ulong cachedChunks)
    {
        ulong cached = 0;
        Dictionary<ulong, ulong> attached = [];
        for (MallocThread? thread = _threads; thread != null; thread = thread.Next)
        {
            if (thread.Arena != 0)
                attached[thread.Arena] = attached.GetValueOrDefault(thread.Arena) + 1;
            cached += thread.Cache == null ? 0 : CheckCache(thread);
        }

        Require(cached == cachedChunks, $"{cachedChunks} cached chunks in the heaps, {cached} in the caches");
        ulong arena = _mainArena;
        do
        {
            Require(attached.GetValueOrDefault(arena) == AttachedThreads(arena),
                $"arena 0x{arena:x} counts {AttachedThreads(arena)} threads, {attached.GetValueOrDefault(arena)} are attached");
            arena = NextArena(arena);
        }
        while (arena != _mainArena);
        for (arena = _freeArenas; arena != 0; arena = Word(arena + ArenaLayout.NextFree))
            Require(AttachedThreads(arena) == 0, $"arena 0x{arena:x} is on the free list with {AttachedThreads(arena)} threads");
    }

    private ulong CheckCache(MallocThread thread)
    {
        ulong cached = 0;
        for (ulong index = 0; index < TcacheLayout.MaximumBins; index++)
        {
            ulong length = 0;
            for (ulong pointer = CacheEntry(thread.Cache, index); pointer != 0; pointer = Word(pointer))
            {
                ulong size = SizeOf(pointer - ChunkLayout.HeaderSize);
                Require(TcacheLayout.IndexOfChunk(size) == index,
                    $"block 0x{pointer:x} of {size} bytes in cache list {index} of thread {thread.Number}");
                Require(Word(pointer + ChunkLayout.WordSize) == TcacheLayout.CachedKey, $"cached block 0x{pointer:x} without its key");
                length++;
            }

            Require(length == CacheCount(thread.Cache, index),
                $"cache list {index} of thread {thread.Number} has {length} blocks, not {CacheCount(thread.Cache, index)}");
            Require(length <= _tcacheCount, $"cache list {index} of thread {thread.Number} has {length} blocks, limit {_tcacheCount}");
            cached += length;
        }

        return cached;
    }
}
