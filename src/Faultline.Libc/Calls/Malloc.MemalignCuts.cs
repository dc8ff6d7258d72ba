namespace Faultline.Libc;

// What memalign cuts off a chunk that it has allocated for its place (_int_memalign of glibc 2.36 to 2.41, malloc/malloc.c).
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>
    /// Makes [chunk, aligned) a chunk of its own and frees it. False for a mapping, which just remembers the bytes before.
    /// </summary>
    private bool CutLead(MallocThread thread, ulong arena, ulong chunk, ulong aligned)
    {
        ulong lead = aligned - chunk, size = SizeOf(chunk) - lead;
        TouchWrite(aligned + ChunkLayout.SizeOffset);
        if (IsMapped(chunk + ChunkLayout.HeaderSize))
        {
            Store(in PreviousSize(aligned), PreviousSize(chunk) + lead);
            Store(in Head(aligned), size | ChunkLayout.Mapped);
            return false;
        }

        Store(in Head(aligned), size | ChunkLayout.PreviousInUse | ArenaFlag(arena));
        Store(in Head(aligned + size), Head(aligned + size) | ChunkLayout.PreviousInUse);
        SetSizeKeepingPrevious(arena, chunk, lead);
        if (!_profile.MemalignBinsWhatItCuts)
        {
            CoreFree(thread, arena, chunk, locked: true);
            return true;
        }

        PerturbFreed(chunk + ChunkLayout.HeaderSize, lead - ChunkLayout.HeaderSize);
        Release(arena, chunk, lead);
        return true;
    }

    /// <summary>Gives back what is behind the aligned chunk's end.</summary>
    private void CutTail(MallocThread thread, ulong arena, ulong chunk, ulong size)
    {
        if (_profile.MemalignBinsWhatItCuts)
            MergeTail(arena, chunk, size);
        else
            FreeTail(thread, arena, chunk, size);
    }

    /// <summary>2.36: what is more than the smallest chunk is freed.</summary>
    private void FreeTail(MallocThread thread, ulong arena, ulong chunk, ulong size)
    {
        ulong whole = SizeOf(chunk);
        if (whole <= size + ChunkLayout.MinimumSize)
            return;
        ulong tail = chunk + size;
        TouchWrite(tail + ChunkLayout.SizeOffset);
        Store(in Head(tail), (whole - size) | ChunkLayout.PreviousInUse | ArenaFlag(arena));
        SetSizeKeepingPrevious(arena, chunk, size);
        CoreFree(thread, arena, tail, locked: true);
    }

    /// <summary>2.39: what can be a chunk, by itself or with the top or free chunk behind it, goes to the bins.</summary>
    private void MergeTail(ulong arena, ulong chunk, ulong size)
    {
        ulong whole = SizeOf(chunk), rest = whole - size, next = chunk + whole;
        if (rest == 0 || (rest < ChunkLayout.MinimumSize && next != Top(arena) && InUse(next, SizeOf(next))))
            return;
        SetSizeKeepingPrevious(arena, chunk, size);
        TouchWrite(chunk + size + ChunkLayout.SizeOffset);
        CleanUp(arena, MakeFree(arena, chunk + size, rest, next, _freesToSmallBins));
    }
}
