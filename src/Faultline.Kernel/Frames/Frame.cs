// What the kernel knows about one physical page frame (struct page, include/linux/mm_types.h). One record a frame, indexed by
// frame number, in reserved memory that is only touched for frames that are used.
//
//    0        4        8         12        16        20        24                29      30
//   ┌────────┬────────┬─────────┬─────────┬─────────┬─────────┬─────────────────┬───────┬────────┐
//   │ next   │ prev   │         │ flags   │         │         │                 │ order │        │  free: links of a buddy or per-CPU list
//   ├────────┼────────┼─────────┼─────────┼─────────┼─────────┼─────────────────┼───────┼────────┤
//   │ next   │ prev   │ mapcount│ flags   │ mapping │ private │ index           │ order │ cgroup │  anonymous memory and page cache: links of
//   ├────────┼────────┼─────────┼─────────┼─────────┼─────────┼─────────────────┼───────┼────────┤  an LRU list
//   │ entire │ pieces │ mapcount│ flags   │         │         │                 │       │        │  second frame of a huge page: how often it is
//   ├────────┴────────┼─────────┼─────────┼─────────┼─────────┼─────────────────┼───────┼────────┤  mapped whole, how many PTEs map its pieces
//   │ table           │ deposit │ flags   │         │         │                 │ order │        │  page table: address of its 512 entries; first
//   └─────────────────┴─────────┴─────────┴─────────┴─────────┴─────────────────┴───────┴────────┘  of this PMD table's spare PTE tables, or the next

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Faultline.Kernel;

[Flags]
internal enum FrameFlags : uint
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

    /// <summary>Private memory of processes; with <see cref="FileCache"/> the two kinds of memory that the kernel can move elsewhere.</summary>
    Anonymous = 32,

    /// <summary>A piece other than the first of a huge page that has been mapped by PTEs.</summary>
    Tail = 64,

    /// <summary>First frame of a huge page that waits to be split because parts of it are no longer mapped.</summary>
    DeferredSplit = 128,

    /// <summary>On an LRU list, linked by <see cref="Frame.Next"/> and <see cref="Frame.Previous"/> (PG_lru).</summary>
    Lru = 1 << 8,

    /// <summary>On, or meant for, the active list of its kind (PG_active).</summary>
    Active = 1 << 9,

    /// <summary>Cannot be reclaimed: locked in memory (PG_unevictable).</summary>
    Unevictable = 1 << 10,

    /// <summary>Seen used once since it was put on its list (PG_referenced).</summary>
    Referenced = 1 << 11,

    /// <summary>Has a slot of a swap area, whose number is in <see cref="Frame.Private"/> (PG_swapcache).</summary>
    SwapCache = 1 << 12,

    /// <summary>Written to swap when reclaimed: anonymous memory (but not what MADV_FREE gave up) and shared memory (PG_swapbacked).</summary>
    SwapBacked = 1 << 13,

    /// <summary>Differs from what its file or swap slot holds (PG_dirty). Stores that only an entry's dirty bit knows of do not count yet.</summary>
    Dirty = 1 << 14,

    /// <summary>On its way to the device (PG_writeback).</summary>
    Writeback = 1 << 15,

    /// <summary>A page of a file: in the page cache under <see cref="Frame.Mapping"/> and <see cref="Frame.Index"/>.</summary>
    FileCache = 1 << 16,

    /// <summary>Was part of a working set before it was reclaimed (PG_workingset).</summary>
    Workingset = 1 << 17,

    /// <summary>Given up by MADV_FREE: dropped without being written unless it is stored to again.</summary>
    LazyFree = 1 << 18,
    Slab = 1 << 19,

    /// <summary>Locked in memory by a process (PG_mlocked).</summary>
    Mlocked = 1 << 20,

    /// <summary>To be reclaimed as soon as it is written; for a page that is not being written: read ahead of its use (PG_reclaim, PG_readahead).</summary>
    Reclaim = 1 << 21,

    /// <summary>Being read or unmapped: reclaim passes it over (PG_locked).</summary>
    Locked = 1 << 22,

    /// <summary>Mapped somewhere at another virtual page than <see cref="Frame.Index"/>: <see cref="ReverseMap"/> knows where.</summary>
    MovedMapping = 1 << 23,

    /// <summary>Written, and waiting with others to be rotated on its list.</summary>
    Rotating = 1 << 24,
}

[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct Frame
{
    private const ulong IndexMask = (1UL << 40) - 1;
    private const int OrderShift = 40;
    private const int CgroupShift = 48;

    [FieldOffset(0)] public uint Next;
    [FieldOffset(4)] public uint Previous;

    [FieldOffset(0)] public int EntireMapCount;
    [FieldOffset(4)] public int PieceMapCount;

    [FieldOffset(0)] public ulong Table;

    /// <summary>How many PTEs point here; for a huge page PTEs of this piece only.</summary>
    [FieldOffset(8)] public int MapCount;
    [FieldOffset(8)] public uint Deposit;

    [FieldOffset(12)] public FrameFlags Flags;

    /// <summary>Anonymous: number of the process that maps it, or of one that did when it became shared. Page cache: number of the file. 0: none.</summary>
    [FieldOffset(16)] public uint Mapping;

    /// <summary>Slot of the swap area where <see cref="FrameFlags.SwapCache"/> is set; otherwise for the use of the owner.</summary>
    [FieldOffset(20)] public uint Private;

    [FieldOffset(24)] private ulong _word;

    // Two fields each, to be written at once.
    [FieldOffset(0)] private ulong _links;
    [FieldOffset(8)] private ulong _use;
    [FieldOffset(16)] private ulong _owner;

    [FieldOffset(29)] public byte Order;

    /// <summary>Number of the memory cgroup that the frame is charged to; 0: the machine's.</summary>
    [FieldOffset(30)] public ushort Cgroup;

    /// <summary>Writes the whole record of one page that one process maps at a virtual page. Field by field: copying a record that was just put together would have to wait for its parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetPage(FrameFlags flags, uint mapping, ulong index, ushort cgroup)
    {
        MapCount = 1;
        Flags = flags;
        Mapping = mapping;
        Private = 0;
        _word = index | ((ulong)cgroup << CgroupShift);
    }

    /// <summary>As <see cref="SetPage"/> for a page of no cgroup, with its place on an LRU list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetListedPage(uint next, uint previous, FrameFlags flags, uint mapping, ulong index)
    {
        _links = next | ((ulong)previous << 32);
        _use = 1 | ((ulong)flags << 32);
        _owner = mapping;
        _word = index;
    }

    /// <summary>Writes the whole record of a block on a list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetBlock(FrameFlags flags, uint next, uint previous, int order)
    {
        _links = next | ((ulong)previous << 32);
        _use = (ulong)flags << 32;
        _owner = 0;
        _word = (ulong)order << OrderShift;
    }

    /// <summary>Of order 0 and charged to no cgroup.</summary>
    public readonly bool IsSingleOfNoGroup => _word >> OrderShift == 0;

    /// <summary>Anonymous: number of the virtual page at which <see cref="Mapping"/> maps it. Page cache: number of the page in the file. Below 2^40.</summary>
    public ulong Index
    {
        readonly get => _word & IndexMask;
        set => _word = (_word & ~IndexMask) | value;
    }
}
