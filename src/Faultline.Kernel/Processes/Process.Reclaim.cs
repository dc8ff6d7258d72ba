// What reclaim does to the page tables of a process (mm/rmap.c folio_referenced_one, try_to_unmap_one, 6.18). It comes from
// outside, in the middle of whatever the process is doing: whoever holds an entry across an allocation must read it again.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>Was the page used through this entry since the last look? The TLB forgets it, so that the next use is seen.</summary>
    internal bool TakeReference(ulong page, ulong* entry)
    {
        if ((*entry & Pte.Accessed) == 0)
            return false;
        *entry &= ~Pte.Accessed;
        ulong start = page << PageSize.Shift;
        _tlb.Invalidate(start, start + ((*entry & Pte.Huge) != 0 ? PageTables.PmdBytes : PageSize.Bytes));
        return true;
    }

    /// <summary>The page goes to swap: the entry names its slot from now on.</summary>
    internal void Evict(ulong page, ulong* entry, uint slot, bool exclusive)
    {
        NoteResident();
        _tlb.Invalidate(page << PageSize.Shift, (page + 1) << PageSize.Shift);
        *entry = Pte.MakeSwap(slot, exclusive);
        _resident.Anonymous--;
        _resident.Swapped++;
    }

    /// <summary>The page goes for good: the next access finds zeros.</summary>
    internal void Discard(ulong page, ulong* entry)
    {
        NoteResident();
        _tlb.Invalidate(page << PageSize.Shift, (page + 1) << PageSize.Shift);
        *entry = 0;
        _resident.Anonymous--;
    }

    /// <summary>Charges a huge page that was just taken; gives it back where the limit forbids it.</summary>
    private bool ChargeHugePage(uint head)
    {
        if (_cgroup!.TryCharge(HugePages, this))
        {
            _frames[head].Cgroup = _cgroup.Number;
            return true;
        }

        _allocator.Free(_cpu, head, Migratetypes.PageblockOrder);
        return false;
    }

    /// <summary>PTEs instead of a leaf.</summary>
    internal void SplitLeaf(ulong page, ulong* pmd)
    {
        ulong start = page << PageSize.Shift;
        _tlb.Invalidate(start, start + PageTables.PmdBytes);
        SplitHugeLeaf(start, pmd);
    }
}
