using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Replay;

/// <summary>The machine at a replay's end, in the form in which a program under watch leaves it. No clock: times are 0.</summary>
internal static class ReplaySnapshot
{
    public static SnapshotRecord Take(ReplayMachine machine, IReadOnlyList<ReplayedSite> sites, ulong events)
    {
        SnapshotRecord snapshot = new() { Reason = SnapshotReason.Exit, EventCount = events };
        DescribeProcess(ref snapshot, machine.Charged);
        DescribeHeap(ref snapshot, machine);
        DescribeZones(ref snapshot, machine.Zones);
        foreach (ReplayedSite site in sites)
        {
            snapshot.LiveBlocks += site.Counters.Allocations - site.Counters.Released;
            snapshot.LiveRequestedBytes += site.Counters.RequestedBytes - site.Counters.ReleasedRequestedBytes;
            snapshot.LiveUsableBytes += site.Counters.UsableBytes - site.Counters.ReleasedUsableBytes;
        }

        return snapshot;
    }

    private static void DescribeProcess(ref SnapshotRecord snapshot, ChargedProcess charged)
    {
        Process process = charged.Process;
        snapshot.MinorFaults = process.MinorFaults;
        snapshot.MajorFaults = process.MajorFaults;
        snapshot.AllocatorFaults = charged.AllocatorFaults;
        snapshot.VirtualPages = process.VirtualPages.Value;
        snapshot.ResidentPages = process.ResidentPages.Value;
        snapshot.PeakResidentPages = process.PeakResidentPages.Value;
        snapshot.ZeroPages = process.ZeroPages.Value;
        snapshot.PageTablePages = process.PageTablePages.Value;
        snapshot.UnbackedPages = process.UnbackedPages;
        snapshot.BrkCalls = process.SystemCalls.Brk;
        snapshot.MmapCalls = process.SystemCalls.Mmap;
        snapshot.MunmapCalls = process.SystemCalls.Munmap;
        snapshot.MremapCalls = process.SystemCalls.Mremap;
        snapshot.MadviseCalls = process.SystemCalls.Madvise;
    }

    private static void DescribeHeap(ref SnapshotRecord snapshot, ReplayMachine machine)
    {
        HeapSummary heap = new(machine.Charged);
        heap.Walk(machine.Malloc);
        snapshot.FreeBytes = heap.FreeBytes;
        snapshot.LargestFreeBytes = heap.LargestFreeBytes;
        snapshot.StrandedPages = heap.StrandedPages;
        snapshot.HeapResidentPages = heap.ResidentPages;
        snapshot.MappedResidentPages = snapshot.ResidentPages - Math.Min(heap.ResidentPages, snapshot.ResidentPages);
        snapshot.MmapThreshold = machine.Malloc.MmapThreshold;
        snapshot.TrimThreshold = machine.Malloc.TrimThreshold;
        MallocInfo info = machine.Malloc.GetMallocInfo();
        snapshot.Arena = info.Arena;
        snapshot.OrdBlks = info.OrdBlks;
        snapshot.SmBlks = info.SmBlks;
        snapshot.HBlks = info.HBlks;
        snapshot.HBlkHd = info.HBlkHd;
        snapshot.FsmBlks = info.FsmBlks;
        snapshot.UordBlks = info.UordBlks;
        snapshot.FordBlks = info.FordBlks;
        snapshot.KeepCost = info.KeepCost;
    }

    /// <summary>By name, since the machine lists populated zones only.</summary>
    private static unsafe void DescribeZones(ref SnapshotRecord snapshot, IReadOnlyList<ZoneInfo> zones)
    {
        for (int index = 0; index < SnapshotRecord.Zones; index++)
        {
            ZoneInfo? zone = zones.FirstOrDefault(z => z.Name == SnapshotRecord.ZoneNames[index]);
            if (zone == null)
                continue;
            snapshot.ManagedPages[index] = zone.ManagedPages;
            for (int order = 0; order < SnapshotRecord.Orders; order++)
                snapshot.FreeBlocks[index * SnapshotRecord.Orders + order] = zone.FreeBlocks[order];
        }
    }
}
