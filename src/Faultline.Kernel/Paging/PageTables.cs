// One process's tree of page tables: four levels of 512 entries (mm/memory.c, arch/x86/mm/pgtable.c, 6.18).
//
//   address  47……39  38……30  29……21  20……12  11……0
//            PGD     PUD     PMD     PTE     offset       entries 256…511 of the PGD: the kernel's half
//
// Every table lies in a frame of its own. The PGD is the process's; PUD, PMD and PTE tables come when a fault first needs them
// and are what VmPTE counts.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

internal sealed unsafe partial class PageTables
{
    public const int Entries = 512;
    public const int PmdShift = 21;
    public const int PudShift = 30;
    public const int PgdShift = 39;
    public const ulong PmdBytes = 1UL << PmdShift;

    private readonly FrameAllocator _allocator;
    private readonly TablePool _pool;
    private readonly Frame* _frames;
    private readonly uint _rootFrame;
    private readonly ulong* _root;

    private ulong _leafTag = ulong.MaxValue;
    private ulong* _leaf;

    /// <summary>Throws <see cref="OutOfMemoryException"/> when the machine has no frame for the top level.</summary>
    public PageTables(FrameAllocator allocator, TablePool pool)
    {
        _allocator = allocator;
        _pool = pool;
        _frames = allocator.Frames;
        _rootFrame = TakeTable();
        if (_rootFrame == FrameAllocator.None)
            throw new OutOfMemoryException("the simulated machine has no frame left for a process");
        _root = Table(_rootFrame);
        LowerTables = 0;
    }

    /// <summary>PUD, PMD and PTE tables (VmPTE / 4 KiB); the PGD is not counted, as in Linux.</summary>
    public ulong LowerTables { get; private set; }

    public uint RootFrame => _rootFrame;

    /// <summary>The entry that maps the address: in a PTE table, or a PMD entry that is a leaf; null where a table is missing.</summary>
    public ulong* FindEntry(ulong address)
    {
        if (address >> PmdShift == _leafTag)
            return _leaf + PteIndex(address);
        ulong* pmd = FindPmd(address);
        if (pmd == null || *pmd == 0)
            return null;
        if ((*pmd & Pte.Huge) != 0)
            return pmd;
        return CacheLeaf(address, Table(*pmd)) + PteIndex(address);
    }

    /// <summary>The PMD entry of the address, or null where the levels above it are missing.</summary>
    public ulong* FindPmd(ulong address)
    {
        ulong pgd = _root[address >> PgdShift];
        if (pgd == 0)
            return null;
        ulong pud = Table(pgd)[(address >> PudShift) & (Entries - 1)];
        return pud == 0 ? null : Table(pud) + ((address >> PmdShift) & (Entries - 1));
    }

    /// <summary>As <see cref="FindPmd"/>, making the levels above; null when frames ran out.</summary>
    public ulong* EnsurePmd(ulong address)
    {
        ulong* pud = Ensure(_root + (address >> PgdShift));
        if (pud == null)
            return null;
        ulong* pmd = Ensure(pud + ((address >> PudShift) & (Entries - 1)));
        return pmd == null ? null : pmd + ((address >> PmdShift) & (Entries - 1));
    }

    /// <summary>The PTE table under the address (its 512 entries), made if missing; null when frames ran out. The PMD entry must not be a leaf.</summary>
    public ulong* EnsureLeaf(ulong address)
    {
        if (address >> PmdShift == _leafTag)
            return _leaf;
        ulong* pmd = EnsurePmd(address);
        if (pmd == null)
            return null;
        ulong* leaf = Ensure(pmd);
        return leaf == null ? null : CacheLeaf(address, leaf);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PteIndex(ulong address) => (int)((address >> PageSize.Shift) & (Entries - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong* Table(ulong entry) => (ulong*)_frames[Pte.Frame(entry)].Table;

    private ulong* Table(uint frame) => (ulong*)_frames[frame].Table;

    private ulong* CacheLeaf(ulong address, ulong* leaf)
    {
        _leafTag = address >> PmdShift;
        return _leaf = leaf;
    }

    private void ForgetLeaf() => _leafTag = ulong.MaxValue;

    private ulong* Ensure(ulong* entry)
    {
        if (*entry == 0)
        {
            uint frame = TakeTable();
            if (frame == FrameAllocator.None)
                return null;
            *entry = Pte.Make(frame, Pte.UserTable);
        }

        return Table(*entry);
    }

    private uint TakeTable()
    {
        uint frame = _allocator.Allocate();
        if (frame == FrameAllocator.None)
            return frame;
        _frames[frame].Flags |= FrameFlags.PageTable;
        _frames[frame].Table = (ulong)_pool.Take();
        LowerTables++;
        return frame;
    }

    private void GiveTable(uint frame)
    {
        _pool.Give(Table(frame));
        _frames[frame].Table = 0;
        _allocator.Free(frame);
        LowerTables--;
    }
}
