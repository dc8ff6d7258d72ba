// What the kernel knows about one physical page frame (struct page, include/linux/mm_types.h). One record a frame, indexed by
// frame number, in reserved memory that is only touched for frames that are used.
//
//    0        4        8         12      13      14 15
//   ┌────────┬────────┬─────────┬───────┬───────┬──┐
//   │ next   │ prev   │         │ order │ flags │  │      free: links of a buddy list or a per-CPU list
//   ├────────┼────────┼─────────┼───────┼───────┼──┤
//   │        │        │ mapcount│ order │ flags │  │      mapped by processes
//   ├────────┼────────┼─────────┼───────┼───────┼──┤
//   │ entire │ pieces │ mapcount│       │ flags │  │      second frame of a huge page: how often it is mapped whole, and
//   ├────────┴────────┼─────────┼───────┼───────┼──┤      how many PTEs map its pieces
//   │ table           │ deposit │ order │ flags │  │      page table: address of its 512 entries; first of the spare PTE
//   └─────────────────┴─────────┴───────┴───────┴──┘      tables of this PMD table, or the next spare

using System.Runtime.InteropServices;

namespace Faultline.Kernel;

[Flags]
internal enum FrameFlags : byte
{
    None = 0,

    /// <summary>First frame of a free block of the buddy system; <see cref="Frame.Order"/> is the block's.</summary>
    Buddy = 1,

    /// <summary>First frame of a block on a per-CPU list.</summary>
    PerCpu = 2,

    /// <summary>First frame of a block that was handed out; <see cref="Frame.Order"/> is the block's.</summary>
    Allocated = 4,

    /// <summary>Mapped by one process only and not shared since the last fault: a write needs no copy (PG_anon_exclusive).</summary>
    Exclusive = 8,
    PageTable = 16,

    /// <summary>User memory: the kernel could move it elsewhere (on an LRU list).</summary>
    Anonymous = 32,

    /// <summary>A piece other than the first of a huge page that has been mapped by PTEs.</summary>
    Tail = 64,

    /// <summary>First frame of a huge page that waits to be split because parts of it are no longer mapped.</summary>
    DeferredSplit = 128,
}

[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct Frame
{
    [FieldOffset(0)] public uint Next;
    [FieldOffset(4)] public uint Previous;

    [FieldOffset(0)] public int EntireMapCount;
    [FieldOffset(4)] public int PieceMapCount;

    [FieldOffset(0)] public ulong Table;

    /// <summary>How many PTEs point here; for a huge page PTEs of this piece only.</summary>
    [FieldOffset(8)] public int MapCount;
    [FieldOffset(8)] public uint Deposit;

    [FieldOffset(12)] public byte Order;
    [FieldOffset(13)] public FrameFlags Flags;
}
