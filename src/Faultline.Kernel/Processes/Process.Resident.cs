// What a process has in memory and in swap (include/linux/mm_types_task.h MM_FILEPAGES …, fs/proc/task_mmu.c, 6.18).

namespace Faultline.Kernel;

/// <summary>Pages of one process: of its own, of files, of shared memory, and of its own that lie in swap.</summary>
public struct ResidentCounts
{
    public ulong Anonymous;
    public ulong File;
    public ulong SharedMemory;
    public ulong Swapped;

    /// <summary>VmRSS: what lies in swap is not part of it.</summary>
    public readonly ulong Total => Anonymous + File + SharedMemory;
}

public sealed partial class Process
{
    private ResidentCounts _resident;

    private void AddAnonymous(ulong pages)
    {
        _resident.Anonymous += pages;
        NoteResident();
    }

    private void NoteResident()
    {
        ulong total = _resident.Total;
        if (total > _peakResident)
            _peakResident = total;
    }
}
