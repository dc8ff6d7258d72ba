// Which tables of the tree take frames, by architecture (arch/x86/mm/pgtable.c pgd_alloc, preallocate_pmds, 6.18): see FoldedTables.

namespace Faultline.Kernel;

internal sealed unsafe partial class PageTables
{
    private const int PaePmds = 4;

    private readonly FoldedTables? _folded;
    private readonly MachineArchitecture _architecture;

    /// <summary>Bytes that one PTE table of the machine maps; what lies in it is freed together.</summary>
    private readonly ulong _leafSpan;
    private bool _destroying;

    /// <summary>PTE tables can be hung elsewhere as a whole, and be given up when MADV_DONTNEED empties one: 64-bit kernels alone do either.</summary>
    public bool MovesAndReclaimsTables => _folded == null;

    /// <summary>The table is a frame of memory.</summary>
    public bool IsFrame(uint table) => _folded?.Contains(table) != true;

    /// <summary>With PAE, the PMD tables of all 4 GiB. False when frames ran out.</summary>
    public bool Preallocate()
    {
        for (ulong i = 0; _architecture == MachineArchitecture.X86Pae && i < PaePmds; i++)
            if (EnsurePmd(i << PudShift) == null)
                return false;
        return true;
    }

    /// <summary>The bytes that the table of a level (its entries' shift) maps around an address, and whether it stays when nothing is mapped there.</summary>
    public (ulong Start, ulong End, bool IsKept) ReachOf(ulong address, int shift)
    {
        ulong span = shift == PageSize.Shift ? _leafSpan : (ulong)Entries << shift;
        ulong start = address & ~(span - 1);
        return (start, start + span, StaysWithProcess(shift));
    }

    /// <summary>With PAE the upper tables go with the process only.</summary>
    private bool StaysWithProcess(int shift) => _architecture == MachineArchitecture.X86Pae && shift > PageSize.Shift && !_destroying;

    /// <summary>The entry is of a level (its shift) whose tables take no frame here; or the other half of its PTE table is there already.</summary>
    private bool IsFolded(ulong* entry, int shift)
    {
        if (_folded == null)
            return false;
        if (shift == PgdShift)
            return true;
        if (_architecture == MachineArchitecture.X86Pae)
            return false;
        ulong* neighbour = (ulong*)((nuint)entry ^ sizeof(ulong));
        return shift == PudShift || *neighbour != 0;
    }

    private uint TakeFolded()
    {
        uint folded = _folded!.Take();
        _frames[folded].Flags = FrameFlags.PageTable;
        _frames[folded].Table = (ulong)_pool.Take();
        return folded;
    }

    private void GiveFolded(uint folded)
    {
        _pool.Give((ulong*)_frames[folded].Table);
        _folded!.Give(folded);
    }
}
