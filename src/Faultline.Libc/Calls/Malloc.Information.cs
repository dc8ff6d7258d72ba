namespace Faultline.Libc;

// mallinfo2(3) and malloc_trim(3) of glibc 2.36: what concerns all arenas, in the order of their ring (main, newest … oldest).
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>mallinfo2.</summary>
    public MallocInfo GetMallocInfo()
    {
        ulong system = 0, freeChunks = 0, fastChunks = 0, fastBytes = 0, free = 0;
        ulong arena = _mainArena;
        do
        {
            Lock(arena);
            (ulong chunks, ulong bytes) = CountFastbins(arena);
            fastChunks += chunks;
            fastBytes += bytes;
            (ulong binned, ulong binnedBytes) = CountBins(arena);
            freeChunks += binned + 1;
            free += binnedBytes + bytes + SizeOf(Top(arena));
            system += SystemMemory(arena);
            Unlock(arena);
            arena = NextArena(arena);
        }
        while (arena != _mainArena);

        return new MallocInfo(system, freeChunks, fastChunks, (ulong)_mappedChunks, _mappedBytes, 0, fastBytes,
            system - free, free, SizeOf(Top(_mainArena)));
    }

    /// <summary>
    /// malloc_trim: empties the fastbins, drops the pages inside free chunks, gives back what the main top has above
    /// <paramref name="pad"/> bytes. True if anything was released.
    /// </summary>
    public bool Trim(ulong pad)
    {
        bool released = false;
        ulong arena = _mainArena;
        do
        {
            Lock(arena);
            Consolidate(arena);
            released |= DropInnerPages(arena);
            if (arena == _mainArena)
                released |= TrimMainTop(pad);
            Unlock(arena);
            arena = NextArena(arena);
        }
        while (arena != _mainArena);
        return released;
    }

    private (ulong Chunks, ulong Bytes) CountFastbins(ulong arena)
    {
        ulong chunks = 0, bytes = 0;
        for (ulong index = 0; index < ArenaLayout.FastbinCount; index++)
        {
            for (ulong chunk = FastbinHead(arena, index); chunk != 0; chunk = Fd(chunk))
            {
                chunks++;
                bytes += SizeOf(chunk);
            }
        }

        return (chunks, bytes);
    }

    private (ulong Chunks, ulong Bytes) CountBins(ulong arena)
    {
        ulong chunks = 0, bytes = 0;
        for (int index = BinIndex.Unsorted; index <= BinIndex.Heads; index++)
        {
            ulong bin = BinHead(arena, index);
            for (ulong chunk = Bk(bin); chunk != bin; chunk = Bk(chunk))
            {
                chunks++;
                bytes += SizeOf(chunk);
            }
        }

        return (chunks, bytes);
    }
}
