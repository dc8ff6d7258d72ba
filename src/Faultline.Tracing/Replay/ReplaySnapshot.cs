using Faultline.Libc;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Replay;

/// <summary>The machine at a replay's end, in the form in which a program under watch leaves it. No clock: times are 0.</summary>
internal static class ReplaySnapshot
{
    public static SnapshotRecord Take(ReplayMachine machine, IReadOnlyList<ReplayedSite> sites, ulong events)
    {
        SnapshotRecord snapshot = new() { Reason = SnapshotReason.Exit, EventCount = events };
        snapshot.Describe(machine.Charged.Process);
        snapshot.AllocatorFaults = machine.Charged.AllocatorFaults;
        snapshot.UnbackedPages = machine.Charged.Process.UnbackedPages;
        snapshot.Describe(machine.Malloc);
        snapshot.Describe(machine.Zones);
        DescribeHeap(ref snapshot, machine);
        foreach (ReplayedSite site in sites)
        {
            snapshot.LiveBlocks += site.Counters.Allocations - site.Counters.Released;
            snapshot.LiveRequestedBytes += site.Counters.RequestedBytes - site.Counters.ReleasedRequestedBytes;
            snapshot.LiveUsableBytes += site.Counters.UsableBytes - site.Counters.ReleasedUsableBytes;
        }

        return snapshot;
    }

    private static void DescribeHeap(ref SnapshotRecord snapshot, ReplayMachine machine)
    {
        HeapPages<ReplayResidence> pages = new(new ReplayResidence(machine.Charged));
        foreach (HeapChunk chunk in machine.Malloc.WalkHeaps())
            pages.Add(chunk);
        pages.Finish();
        snapshot.FreeBytes = pages.FreeBytes;
        snapshot.LargestFreeBytes = pages.LargestFreeBytes;
        snapshot.StrandedPages = pages.StrandedPages;
        snapshot.HeapResidentPages = pages.ResidentPages;
        snapshot.MappedResidentPages = snapshot.ResidentPages - Math.Min(pages.ResidentPages, snapshot.ResidentPages);
    }

    private readonly struct ReplayResidence(ChargedProcess charged) : IPageResidence
    {
        public bool IsResident(ulong page) => charged.IsResident(page);
    }
}
