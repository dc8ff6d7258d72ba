// What the areas of a process add up to by their kind (mm/mmap.c vm_stat_account, fs/proc/task_mmu.c task_mem, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>The most that was ever mapped (VmPeak).</summary>
    public PageCount PeakVirtualPages => new(_areas.PeakPages);

    /// <summary>Private and writable (VmData; the stack is counted apart).</summary>
    public PageCount DataPages => PagesWhere(static flags => (flags & (VmaFlags.Write | VmaFlags.Shared | VmaFlags.GrowsDown)) == VmaFlags.Write);

    /// <summary>Executable and not writable: the program's text and its libraries' (VmExe and VmLib).</summary>
    public PageCount ExecutablePages => PagesWhere(static flags => (flags & (VmaFlags.Execute | VmaFlags.Write)) == VmaFlags.Execute);

    /// <summary>The text of the program itself, without its libraries (VmExe).</summary>
    public PageCount TextPages
    {
        get
        {
            ulong pages = 0;
            foreach (AreaInfo area in Maps())
                if (area.File is { } file && (area.Protection & Protection.Execute) != 0 && Task.CommandLine is [var program, ..] && file.Path == program)
                    pages += area.Size.PagesUp.Value;
            return new PageCount(pages);
        }
    }

    /// <summary>Grows downwards (VmStk).</summary>
    public PageCount StackPages => PagesWhere(static flags => (flags & VmaFlags.GrowsDown) != 0);

    private PageCount PagesWhere(Func<VmaFlags, bool> wanted)
    {
        ulong pages = 0;
        for (int i = 0; i < _areas.Count; i++)
            if (wanted(_areas[i].Flags))
                pages += _areas[i].Pages;
        return new PageCount(pages);
    }
}
