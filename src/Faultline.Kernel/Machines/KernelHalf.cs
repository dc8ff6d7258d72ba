// The upper half of every address space (Documentation/arch/x86/x86_64/mm.rst, 4 levels; arch/x86/mm/init_64.c, 6.18). Its
// top-level entries are made once and copied into each process, so the tables below them are the same frames in all.
//
//   0xffff888000000000  all of physical memory, by 1 GiB leaves      entries 273 …
//   0xffffffff80000000  the kernel's image, by 2 MiB leaves          entry 511

namespace Faultline.Kernel;

internal sealed unsafe class KernelHalf
{
    public const ulong DirectMap = 0xffff_8880_0000_0000;
    public const ulong Image = 0xffff_ffff_8000_0000;
    public const int FirstEntry = PageTables.Entries / 2;

    private const ulong LeafFlags = Pte.Present | Pte.Writable | Pte.Accessed | Pte.Dirty | Pte.Huge;
    private const ulong ImageStart = 16UL << 20;

    private readonly FrameAllocator _allocator;
    private readonly TablePool _pool;
    private readonly ulong* _top;

    /// <summary>Maps frames 0 to <paramref name="endFrame"/>. Throws <see cref="OutOfMemoryException"/> where the machine is too small for its own tables.</summary>
    /// <remarks>On a 32-bit machine, whose 1 GiB the kernel's image brings the tables for, it has nothing in it.</remarks>
    public KernelHalf(FrameAllocator allocator, TablePool pool, uint endFrame, bool is64Bit)
    {
        _allocator = allocator;
        _pool = pool;
        _top = pool.Take();
        if (!is64Bit)
            return;
        ulong end = (ulong)endFrame << PageSize.Shift;
        for (ulong at = 0; at < end; at += 1UL << PageTables.PudShift)
            *Entry(DirectMap + at, PageTables.PudShift) = at | LeafFlags | Pte.NoExecute;
        ulong imageEnd = ImageStart + ((ulong)PhysicalLayout.KernelImagePages << PageSize.Shift);
        for (ulong at = ImageStart; at < imageEnd; at += PageTables.PmdBytes)
            *Entry(Image + at, PageTables.PmdShift) = at | LeafFlags;
    }

    /// <summary>Frames that hold the kernel's tables, taken from the allocator.</summary>
    public ulong Tables { get; private set; }

    /// <summary>Fills entries 256 to 511 of a process's top-level table.</summary>
    public void CopyInto(ulong* top) =>
        Buffer.MemoryCopy(_top + FirstEntry, top + FirstEntry, FirstEntry * sizeof(ulong), FirstEntry * sizeof(ulong));

    /// <summary>The entry of a level (its shift) for a kernel address, tables above it made where missing.</summary>
    private ulong* Entry(ulong address, int level)
    {
        ulong* table = _top;
        for (int shift = PageTables.PgdShift; shift > level; shift -= 9)
        {
            ulong* entry = table + ((address >> shift) & (PageTables.Entries - 1));
            if (*entry == 0)
                *entry = Pte.Make(NewTable(), Pte.KernelTable);
            table = (ulong*)_allocator.Frames[Pte.Frame(*entry)].Table;
        }

        return table + ((address >> level) & (PageTables.Entries - 1));
    }

    private uint NewTable()
    {
        uint frame = _allocator.AllocatePage(0, Migratetype.Unmovable);
        if (frame == FrameAllocator.None)
            throw new OutOfMemoryException($"{_allocator.ManagedPages} pages do not hold the kernel's own page tables");
        _allocator.Frames[frame].Table = (ulong)_pool.Take();
        _allocator.Frames[frame].Flags |= FrameFlags.PageTable;
        Tables++;
        return frame;
    }
}
