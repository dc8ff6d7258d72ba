// One process's tree of page tables: four levels of 512 entries (mm/memory.c, arch/x86/mm/pgtable.c, 6.18).
//
//   address  47……39  38……30  29……21  20……12  11……0
//            PGD     PUD     PMD     PTE     offset       entries 256…511 of the PGD: the kernel's half
//
// Every table lies in a frame of its own (but see FoldedTables for 32-bit machines). The PGD is the process's; PUD, PMD and PTE tables come when a fault first needs them
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
    private readonly VmStat _stat;
    private readonly int _cpu;
    private readonly Process _process;
    private readonly Machine _machine;
    private readonly Frame* _frames;
    private readonly ulong* _root;

    private ulong _leafTag = ulong.MaxValue;
    private ulong* _leaf;

    /// <summary>Tables under a top-level table in <paramref name="rootFrame"/>, a frame the caller took; the kernel's half is shared.</summary>
    public PageTables(Machine machine, Process process, uint rootFrame)
    {
        _machine = machine;
        _allocator = machine.Frames;
        _pool = machine.Tables;
        _stat = machine.Stat;
        _process = process;
        _cpu = process.Cpu;
        _frames = _allocator.Frames;
        _folded = machine.FoldedTables;
        _architecture = machine.Options.Architecture;
        _leafSpan = _architecture == MachineArchitecture.X86 ? 2 * PmdBytes : PmdBytes;
        RootFrame = rootFrame;
        _root = Adopt(rootFrame);
        machine.Kernel.CopyInto(_root);
    }

    /// <summary>PUD, PMD and PTE tables (VmPTE / 4 KiB); the PGD is not counted, as in Linux.</summary>
    public ulong LowerTables { get; private set; }

    public uint RootFrame { get; }

    public ulong RootEntry(int index) => _root[index];

    /// <summary>The entry that maps a user address: in a PTE table, or a PMD entry that is a leaf; null where a table is missing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong* FindEntry(ulong address) =>
        address >> PmdShift == _leafTag ? _leaf + PteIndex(address) : Walk(address);

    /// <summary>As <see cref="FindEntry"/>, without making the table the one that is looked at first.</summary>
    public ulong* Peek(ulong address)
    {
        ulong* pmd = FindPmd(address);
        if (pmd == null || *pmd == 0)
            return null;
        return (*pmd & Pte.Huge) != 0 ? pmd : Table(*pmd) + PteIndex(address);
    }

    /// <summary>The PMD entry of a user address, or null where the levels above it are missing.</summary>
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
        ulong* pud = Ensure(_root + (address >> PgdShift), PgdShift);
        if (pud == null)
            return null;
        ulong* pmd = Ensure(pud + ((address >> PudShift) & (Entries - 1)), PudShift);
        return pmd == null ? null : pmd + ((address >> PmdShift) & (Entries - 1));
    }

    /// <summary>Makes the PUD and PMD tables that another process has for the address, as fork does even if nothing hangs below them; false when frames ran out.</summary>
    public bool EnsureUpperLike(PageTables other, ulong address)
    {
        ulong pgd = other._root[address >> PgdShift];
        if (pgd == 0)
            return true;
        ulong* pud = Ensure(_root + (address >> PgdShift), PgdShift);
        int index = (int)((address >> PudShift) & (Entries - 1));
        return pud != null && (other.Table(pgd)[index] == 0 || Ensure(pud + index, PudShift) != null);
    }

    /// <summary>The PTE of an address, its table made if missing; null when frames ran out. The PMD entry must not be a leaf.</summary>
    public ulong* EnsureEntry(ulong address)
    {
        if (address >> PmdShift == _leafTag)
            return _leaf + PteIndex(address);
        ulong* pmd = EnsurePmd(address);
        ulong* leaf = pmd == null ? null : Ensure(pmd, PmdShift);
        return leaf == null ? null : CacheLeaf(address, leaf) + PteIndex(address);
    }

    /// <summary>The frame that any address, user's or kernel's, translates to; <see cref="FrameAllocator.None"/> if it does not.</summary>
    public uint Translate(ulong address)
    {
        ulong entry = _root[(address >> PgdShift) & (Entries - 1)];
        for (int shift = PudShift; ; shift -= 9)
        {
            if ((entry & (Pte.Present | Pte.ProtNone)) == 0)
                return FrameAllocator.None;
            entry = Table(entry)[(address >> shift) & (Entries - 1)];
            if (shift == PageSize.Shift || (entry & Pte.Huge) != 0)
                return Pte.IsMapped(entry) ? Pte.Frame(entry) + (uint)((address & ((1UL << shift) - 1)) >> PageSize.Shift) : FrameAllocator.None;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PteIndex(ulong address) => (int)((address >> PageSize.Shift) & (Entries - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong* Table(ulong entry) => (ulong*)_frames[Pte.Frame(entry)].Table;

    /// <summary>The one-entry cache of the last PTE table must be dropped whenever a table is freed, moved or put under a PMD entry.</summary>
    public void ForgetLeaf() => _leafTag = ulong.MaxValue;

    /// <summary>A fresh table's frame, or none.</summary>
    public uint TakeTable()
    {
        uint frame = _machine.AllocatePage(_process, _process.Cgroup, Migratetype.Unmovable);
        if (frame != FrameAllocator.None)
        {
            Adopt(frame);
            LowerTables++;
        }

        return frame;
    }

    public void GiveTable(uint frame)
    {
        if (!IsFrame(frame))
        {
            GiveFolded(frame);
            return;
        }

        LowerTables--;
        Release(frame);
    }

    private ulong* Walk(ulong address)
    {
        ulong* pmd = FindPmd(address);
        if (pmd == null || *pmd == 0)
            return null;
        return (*pmd & Pte.Huge) != 0 ? pmd : CacheLeaf(address, Table(*pmd)) + PteIndex(address);
    }

    private ulong* CacheLeaf(ulong address, ulong* leaf)
    {
        _leafTag = address >> PmdShift;
        return _leaf = leaf;
    }

    /// <summary>The table under an entry of a level (its shift), made if missing; null when frames ran out.</summary>
    private ulong* Ensure(ulong* entry, int shift)
    {
        if (*entry == 0)
        {
            uint frame = IsFolded(entry, shift) ? TakeFolded() : TakeTable();
            if (frame == FrameAllocator.None)
                return null;
            *entry = Pte.Make(frame, Pte.UserTable);
        }

        return Table(*entry);
    }

    private ulong* Adopt(uint frame)
    {
        _frames[frame].Flags |= FrameFlags.PageTable;
        _frames[frame].Table = (ulong)_pool.Take();
        _stat[VmEvent.nr_page_table_pages]++;
        if (_frames[frame].Cgroup != 0)
            _process.Cgroup!.AddKernelPages(1);
        return (ulong*)_frames[frame].Table;
    }

    private void Release(uint frame)
    {
        _pool.Give((ulong*)_frames[frame].Table);
        _stat[VmEvent.nr_page_table_pages]--;
        if (_frames[frame].Cgroup != 0)
            _process.Cgroup!.AddKernelPages(-1);
        _machine.FreePage(_cpu, frame);
    }
}
