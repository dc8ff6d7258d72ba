namespace Faultline.Libc;

// What transcripts and reports ask about arenas and blocks.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>Arenas that exist, the main one included.</summary>
    public int ArenaCount => _arenas.Count + 1;

    /// <summary>Threads attached to an arena, by its number.</summary>
    public ulong AttachedThreadsOf(int arenaNumber) => AttachedThreads(ArenaByNumber(arenaNumber));

    /// <summary>An arena by its number.</summary>
    public ArenaView ViewArena(int arenaNumber)
    {
        ulong arena = ArenaByNumber(arenaNumber);
        List<HeapView> heaps = [];
        ulong heap = arena == _mainArena ? 0 : HeapLayout.Of(Top(arena));
        for (; heap != 0; heap = Word(heap + HeapLayout.Previous))
            heaps.Insert(0, new HeapView(heap, Word(heap + HeapLayout.Size), Word(heap + HeapLayout.WritableSize)));
        return new ArenaView(arenaNumber, AttachedThreads(arena), SystemMemory(arena), MaximumSystemMemory(arena), heaps);
    }

    /// <summary>Where a live block lies.</summary>
    public BlockPlace PlaceOf(ulong pointer)
    {
        ulong chunk = pointer - ChunkLayout.HeaderSize, head = Head(chunk);
        if ((head & ChunkLayout.Mapped) != 0)
            return new BlockPlace(-1, 0);
        if ((head & ChunkLayout.SecondaryArena) == 0)
            return new BlockPlace(0, 0);
        int index = 0;
        for (ulong heap = Word(HeapLayout.Of(chunk) + HeapLayout.Previous); heap != 0; heap = Word(heap + HeapLayout.Previous))
            index++;
        return new BlockPlace(_arenas.IndexOf(ArenaOf(chunk)) + 1, index);
    }

    /// <summary>Size of a live block's chunk, header included.</summary>
    public ulong ChunkSizeOf(ulong pointer) => SizeOf(pointer - ChunkLayout.HeaderSize);

    /// <summary>Bytes of a mapped block's mapping that lie before its chunk, left by an alignment.</summary>
    public ulong MappingLeadOf(ulong pointer) => PreviousSize(pointer - ChunkLayout.HeaderSize);

    /// <summary>The arena that a thread is attached to: its number, -1 for none yet.</summary>
    public int ArenaNumberOf(MallocThread thread) => thread.Arena == 0 ? -1 : _arenas.IndexOf(thread.Arena) + 1;

    private ulong ArenaByNumber(int number) => number == 0 ? _mainArena : _arenas[number - 1];
}
