// What the kernel knows about one physical page frame (struct page, include/linux/mm_types.h). One record a frame, indexed by
// frame number, in reserved memory that is only touched for frames that are used.
//
//    0        4        8         12      13      14 15
//   ┌────────┬────────┬─────────┬───────┬───────┬──┐
//   │ next   │ prev   │ mapcount│ order │ flags │  │      on a free list or a per-CPU list
//   ├────────┴────────┼─────────┼───────┼───────┼──┤
//   │ table           │ 0       │ order │ flags │  │      a page table: address of its 512 entries
//   └─────────────────┴─────────┴───────┴───────┴──┘

using System.Runtime.InteropServices;

namespace Faultline.Kernel;

[Flags]
internal enum FrameFlags : byte
{
    None = 0,

    /// <summary>First frame of a free block of the buddy system; <see cref="Frame.Order"/> holds its order.</summary>
    Buddy = 1,

    /// <summary>First frame of a block on a per-CPU list.</summary>
    PerCpu = 2,

    /// <summary>Mapped by one process only and never shared since: a write needs no copy (PG_anon_exclusive).</summary>
    Exclusive = 4,
    PageTable = 8,

    /// <summary>Head of a compound block of order <see cref="Frame.Order"/>.</summary>
    Head = 16,

    /// <summary>Part of a compound block.</summary>
    Tail = 32,

    /// <summary>Handed out by the allocator.</summary>
    Allocated = 64,
}

[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct Frame
{
    [FieldOffset(0)] public uint Next;
    [FieldOffset(4)] public uint Previous;
    [FieldOffset(0)] public ulong Table;

    /// <summary>How many page-table entries point here.</summary>
    [FieldOffset(8)] public int MapCount;
    [FieldOffset(12)] public byte Order;
    [FieldOffset(13)] public FrameFlags Flags;
}
