using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// The fields of one arena (ArenaLayout) and the heads of its lists.
public sealed unsafe partial class Malloc<TProcess>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ulong Top(ulong arena) => ref Word(arena + ArenaLayout.Top);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly ulong LastRemainder(ulong arena) => ref Word(arena + ArenaLayout.LastRemainder);

    /// <summary>Not 0: there may be chunks in fastbins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref readonly int HaveFastChunks(ulong arena) => ref IntWord(arena + ArenaLayout.HaveFastChunks);

    private ref readonly ulong SystemMemory(ulong arena) => ref Word(arena + ArenaLayout.SystemMemory);

    private ref readonly ulong MaximumSystemMemory(ulong arena) => ref Word(arena + ArenaLayout.MaximumSystemMemory);

    private bool IsContiguous(ulong arena) => (IntWord(arena + ArenaLayout.Flags) & ArenaLayout.NonContiguous) == 0;

    /// <summary>Address of the head of a bin, seen as a chunk whose fd and bk are the bin's two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong BinHead(ulong arena, int index) =>
        arena + ArenaLayout.Bins - ChunkLayout.FdOffset + (ulong)(index - 1) * 16;

    /// <summary>Flag that chunks handed out by this arena carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong ArenaFlag(ulong arena) => arena == _mainArena ? 0 : ChunkLayout.SecondaryArena;

    /// <summary>An empty arena: every bin links to itself, and top is the unsorted bin's head, a "chunk" of size 0.</summary>
    private void InitializeArena(ulong arena)
    {
        new Span<byte>((void*)(arena + _delta), (int)ArenaLayout.Size).Clear();
        for (int index = 1; index <= BinIndex.Heads; index++)
        {
            ulong head = BinHead(arena, index);
            Store(in Bk(head), head);
            Store(in Fd(head), head);
        }

        if (arena != _mainArena)
            Store(in IntWord(arena + ArenaLayout.Flags), ArenaLayout.NonContiguous);
        Store(in Top(arena), BinHead(arena, BinIndex.Unsorted));
    }

    private void UpdateMaximumSystemMemory(ulong arena)
    {
        if (SystemMemory(arena) > MaximumSystemMemory(arena))
            Store(in MaximumSystemMemory(arena), SystemMemory(arena));
    }

    /// <summary>The binmap as two 64-bit words: bit i of the pair stands for bin i.</summary>
    private ref readonly ulong BinMap(ulong arena, int half) => ref Word(arena + ArenaLayout.BinMap + (ulong)half * 8);

    private void MarkBin(ulong arena, int index) => Store(in BinMap(arena, index >> 6), BinMap(arena, index >> 6) | 1UL << (index & 63));

    private void UnmarkBin(ulong arena, int index) => Store(in BinMap(arena, index >> 6), BinMap(arena, index >> 6) & ~(1UL << (index & 63)));
}
