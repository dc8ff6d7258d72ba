using System.Numerics;

namespace Faultline.Libc;

// Splitting a larger free chunk (glibc 2.36, malloc/malloc.c).
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>The smallest free chunk that is big enough, cut to size; 0 if no bin has one.</summary>
    private ulong TakeBestFit(ulong arena, ulong size)
    {
        int index = BinIndex.Of(size);
        if (!BinIndex.IsSmall(size))
        {
            ulong own = FindInLargeBin(BinHead(arena, index), size);
            if (own != 0)
            {
                Unlink(own);
                CutToSize(arena, own, size);
                return own;
            }
        }

        ulong chunk = FindInHigherBin(arena, index + 1);
        if (chunk == 0)
            return 0;
        Unlink(chunk);
        ulong rest = CutToSize(arena, chunk, size);
        if (rest != 0 && BinIndex.IsSmall(size))
            Store(in LastRemainder(arena), rest);
        return chunk;
    }

    /// <summary>
    /// The last (smallest, oldest) chunk of the first bin from <paramref name="index"/> on that has any. Bits of the map are
    /// hints: one whose bin is empty is cleared on the way, which nothing else does.
    /// </summary>
    private ulong FindInHigherBin(ulong arena, int index)
    {
        for (int half = index >> 6; half < 2; half++)
        {
            ulong map = BinMap(arena, half);
            if (half == index >> 6)
                map &= ulong.MaxValue << (index & 63);
            for (; map != 0; map &= map - 1)
            {
                int candidate = half * 64 + BitOperations.TrailingZeroCount(map);
                ulong bin = BinHead(arena, candidate);
                if (Bk(bin) != bin)
                    return Bk(bin);
                UnmarkBin(arena, candidate);
            }
        }

        return 0;
    }

    /// <summary>Gives an unlinked chunk out whole if the rest would be no chunk, else splits it. Answers the rest or 0.</summary>
    private ulong CutToSize(ulong arena, ulong chunk, ulong size)
    {
        ulong whole = SizeOf(chunk);
        if (whole - size >= ChunkLayout.MinimumSize)
            return SplitOff(arena, chunk, whole, size);
        MarkInUse(arena, chunk, whole);
        return 0;
    }

    /// <summary>Splits an unlinked free chunk: the front is given out, the rest goes to the front of the unsorted list.</summary>
    private ulong SplitOff(ulong arena, ulong chunk, ulong whole, ulong size)
    {
        ulong rest = chunk + size;
        Store(in Head(chunk), size | ChunkLayout.PreviousInUse | ArenaFlag(arena));
        TouchWrite(rest + ChunkLayout.SizeOffset);
        PushUnsorted(arena, rest, whole - size);
        return rest;
    }
}
