// Spare PTE tables (mm/pgtable-generic.c pgtable_trans_huge_deposit, 6.18). A 2 MiB leaf is only mapped with a PTE table put by,
// so that splitting it can never fail for want of a frame. The spares hang on the PMD table's frame and count in VmPTE.

namespace Faultline.Kernel;

internal sealed unsafe partial class PageTables
{
    /// <summary>Puts a spare by for the PMD table that holds the address; false when frames ran out.</summary>
    public bool DepositFor(ulong address)
    {
        uint spare = TakeTable();
        if (spare == FrameAllocator.None)
            return false;
        Deposit(address, spare);
        return true;
    }

    public void Deposit(ulong address, uint spare)
    {
        uint holder = PmdTableFrame(address);
        _frames[spare].Deposit = _frames[holder].Deposit;
        _frames[holder].Deposit = spare;
    }

    public uint Withdraw(ulong address)
    {
        uint holder = PmdTableFrame(address);
        uint spare = _frames[holder].Deposit;
        _frames[holder].Deposit = _frames[spare].Deposit;
        _frames[spare].Deposit = FrameAllocator.None;
        return spare;
    }

    /// <summary>How many spares hang on the PMD table of the address.</summary>
    public int CountDeposits(ulong address)
    {
        int count = 0;
        for (uint spare = _frames[PmdTableFrame(address)].Deposit; spare != FrameAllocator.None; spare = _frames[spare].Deposit)
            count++;
        return count;
    }

    private uint PmdTableFrame(ulong address) =>
        Pte.Frame(Table(_root[address >> PgdShift])[(address >> PudShift) & (Entries - 1)]);
}
