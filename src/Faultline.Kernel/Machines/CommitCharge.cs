// How much memory may be promised (mm/util.c __vm_enough_memory, 6.18). Private writable mappings are charged when they are
// made, touched or not.

namespace Faultline.Kernel;

/// <summary>Committed_AS of a machine and the limit on it.</summary>
/// <param name="machine">Its settings in force say what may be promised.</param>
/// <param name="ramPages">Managed pages of RAM.</param>
internal sealed class CommitCharge(Machine machine, ulong ramPages)
{
    private const ulong AdminReservePages = (8UL << 20) >> PageSize.Shift;
    private const ulong UserReservePages = (128UL << 20) >> PageSize.Shift;

    public ulong Committed { get; private set; }

    public ulong Limit => (ramPages * (ulong)machine.Options.OvercommitRatio / 100) + machine.Swap.Pages;

    /// <summary>Charges pages to a process that has mapped so many; false (ENOMEM) if they may not be promised.</summary>
    public bool TryCharge(ulong pages, ulong alreadyMapped)
    {
        bool granted = machine.Options.Overcommit switch
        {
            OvercommitPolicy.Always => true,
            OvercommitPolicy.Heuristic => pages <= ramPages + machine.Swap.Pages,
            _ => FitsLimit(pages, alreadyMapped),
        };
        if (granted)
            Committed += pages;
        return granted;
    }

    /// <summary>Charges again, without asking, what is about to be given back elsewhere.</summary>
    public void Recharge(ulong pages) => Committed += pages;

    public void Uncharge(ulong pages) => Committed -= pages;

    /// <summary>An ordinary user's process: room is left for the administrator to log in and for the user to recover.</summary>
    private bool FitsLimit(ulong pages, ulong alreadyMapped)
    {
        ulong reserve = Math.Min(ramPages * 3 / 100, AdminReservePages) + Math.Min(alreadyMapped / 32, UserReservePages);
        return Limit > reserve && Committed + pages < Limit - reserve;
    }
}
