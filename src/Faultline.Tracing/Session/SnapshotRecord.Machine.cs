using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.Session;

// What a watched program's session and a replay say of the simulated machine in the same way.
public unsafe partial struct SnapshotRecord
{
    /// <summary>Faults, pages and system calls of the process; who caused them is the caller's to say.</summary>
    public void Describe(Process process)
    {
        SystemCallCounts calls = process.SystemCalls;
        MinorFaults = process.MinorFaults;
        MajorFaults = process.MajorFaults;
        VirtualPages = process.VirtualPages.Value;
        ResidentPages = process.ResidentPages.Value;
        PeakResidentPages = process.PeakResidentPages.Value;
        ZeroPages = process.ZeroPages.Value;
        PageTablePages = process.PageTablePages.Value;
        BrkCalls = calls.Brk;
        MmapCalls = calls.Mmap;
        MunmapCalls = calls.Munmap;
        MremapCalls = calls.Mremap;
        MadviseCalls = calls.Madvise;
    }

    /// <summary>mallinfo2 and the thresholds in force.</summary>
    public void Describe<TProcess>(Malloc<TProcess> malloc)
        where TProcess : struct, ISystemCalls, IMemoryAccess
    {
        MallocInfo info = malloc.GetMallocInfo();
        Arena = info.Arena;
        OrdBlks = info.OrdBlks;
        SmBlks = info.SmBlks;
        HBlks = info.HBlks;
        HBlkHd = info.HBlkHd;
        FsmBlks = info.FsmBlks;
        UordBlks = info.UordBlks;
        FordBlks = info.FordBlks;
        KeepCost = info.KeepCost;
        MmapThreshold = malloc.MmapThreshold;
        TrimThreshold = malloc.TrimThreshold;
    }

    /// <summary>Free blocks of the buddy system; by name, since a machine lists populated zones only.</summary>
    public void Describe(IReadOnlyList<ZoneInfo> zones)
    {
        for (int index = 0; index < Zones; index++)
        {
            ZoneInfo? zone = zones.FirstOrDefault(z => z.Name == ZoneNames[index]);
            if (zone == null)
                continue;
            ManagedPages[index] = zone.ManagedPages;
            for (int order = 0; order < Orders; order++)
                FreeBlocks[index * Orders + order] = zone.FreeBlocks[order];
        }
    }
}
