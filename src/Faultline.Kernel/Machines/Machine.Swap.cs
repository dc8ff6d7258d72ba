// swapon(2) and swapoff(2) (mm/swapfile.c, 6.18). swapoff makes sure that the pages may be promised without the area, takes it out of use and
// then brings back every page that lies there: those of processes one after the other, then those of files in memory.

namespace Faultline.Kernel;

public sealed unsafe partial class Machine
{
    private bool _swappingOff;

    /// <summary>
    /// swapoff(2) of the machine's swap area. EPERM without CAP_SYS_ADMIN; EINVAL where no area is in use; ENOMEM where too much is promised for
    /// the machine without it, or memory runs out before every page is back: those that are stay, and the area is in use again.
    /// </summary>
    /// <remarks>
    /// Where Linux would kill the caller first, as the one that fills memory, the call fails. A memory cgroup that cannot hold its pages
    /// loses a process, as anywhere else.
    /// </remarks>
    /// <param name="caller">The process that calls it, which pages of files are charged to where nobody else is known.</param>
    public Errno SwapOff(Process caller)
    {
        if ((caller.Task.Capabilities & Capabilities.SysAdmin) == 0)
            return Errno.EPERM;
        if (!Swap.IsOn)
            return Errno.EINVAL;
        if (!Commit.TryCharge(Swap.Pages, caller.VirtualPages.Value))
            return Errno.ENOMEM;
        Commit.Uncharge(Swap.Pages);
        Swap.IsOn = false;
        _swappingOff = true;
        bool done = BringAllBack(caller);
        _swappingOff = false;
        Swap.IsOn = !done;
        return done ? Errno.None : Errno.ENOMEM;
    }

    /// <summary>swapon(2) of the same area. EPERM without CAP_SYS_ADMIN; EINVAL where the machine has none; EBUSY where it is in use.</summary>
    /// <param name="caller">The process that calls it.</param>
    public Errno SwapOn(Process caller)
    {
        if ((caller.Task.Capabilities & Capabilities.SysAdmin) == 0)
            return Errno.EPERM;
        if (Swap.End == 0)
            return Errno.EINVAL;
        if (Swap.IsOn)
            return Errno.EBUSY;
        Swap.IsOn = true;
        return Errno.None;
    }

    private bool BringAllBack(Process caller)
    {
        foreach (Process process in _processes.ToArray())
            if (!process.HasExited && !process.Unuse())
                return false;
        foreach (Inode file in Files.All)
            if (!Cache.Unuse(file, caller))
                return false;
        DropSwapCache();
        System.Diagnostics.Debug.Assert(Swap.Used == 0, $"{Swap.Used} slots are in use after swapoff");
        return true;
    }

    /// <summary>What is left are slots whose pages are in memory and that no entry names.</summary>
    private void DropSwapCache()
    {
        Reclaimer.FinishWrites();
        for (uint slot = 1; slot < Swap.End && Swap.Used != 0; slot++)
            if (!Swap[slot].IsFree)
                Reclaimer.TryFreeSwap(Swap[slot].Cache);
    }
}
