namespace Faultline.Shim.Ledger;

/// <summary>What a mapping in the arena's mmap segment is for.</summary>
internal enum MappingKind : uint
{
    /// <summary>Just made by the allocator: it will turn out to be a block, or heap memory where brk failed.</summary>
    Unplaced = 0,

    /// <summary>A block of malloc that is a mapping of its own.</summary>
    Block = 1,

    /// <summary>Made by the program through mmap.</summary>
    User = 2,

    /// <summary>Heap memory outside the break, a secondary arena's or where brk failed: its pages are paid for one by one (<see cref="PageLedger"/>).</summary>
    Heap = 3,

    /// <summary>
    /// Real memory of another kind that the program put over its own mapping (MAP_FIXED with a file, mremap to a fixed place):
    /// the addresses are taken, what happens there is not simulated.
    /// </summary>
    Foreign = 4,
}

/// <summary>One mapping [Start, End), page aligned, and who pays for the faults in it.</summary>
internal struct Mapping
{
    public ulong Start;
    public ulong End;

    /// <summary>Where the block's chunk starts: at Start, or higher up for an aligned block.</summary>
    public ulong Chunk;

    /// <summary>Of a heap: where the part ends that was ever made accessible.</summary>
    public ulong OpenEnd;

    /// <summary>Faults taken before the block was placed.</summary>
    public ulong Pending;
    public MappingKind Kind;
    public int Site;

    /// <summary>Pages were moved here, or the program may have changed protection and advice: the real range must be restored, not only dropped.</summary>
    public bool Restore;

    public readonly ulong Length => End - Start;

    public readonly ulong HeaderPage => Kernel.PageSize.Down(Chunk);

    public readonly bool HasOwner => Kind is MappingKind.Block or MappingKind.User;
}
