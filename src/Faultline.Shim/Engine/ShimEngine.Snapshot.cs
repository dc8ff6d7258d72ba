using Faultline.Kernel;
using Faultline.Kernel.Host;
using Faultline.Libc;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// Snapshots: everything that the program touched is looked at and simulated, then the simulated machine is written into
// the session. The lock is let go between slices, so that no thread waits for a whole arena.
internal sealed unsafe partial class ShimEngine
{
    private const ulong SliceBytes = 64UL << 20;

    private readonly ReservedMemory _pagesOfSite = new(SessionLayout.SiteCapacity * sizeof(uint));
    private readonly object _snapshotGate = new();
    private ulong _peakUnbackedPages;
    private ulong _realPages;
    private SnapshotReason _ending;

    /// <summary>Takes a snapshot; one at a time. Final ones also check every guard and marker and end the session. Never throws.</summary>
    public void TakeSnapshot(SnapshotReason reason)
    {
        lock (_snapshotGate)
        {
            if (_steppedAside)
                return;
            bool isFinal = reason is SnapshotReason.Exit or SnapshotReason.UnhandledException;
            // The program's own exit handlers may go on for a while: later snapshots are still of its end.
            if (isFinal)
                _ending = reason;
            else if (_ending != SnapshotReason.Start)
                reason = _ending;
            try
            {
                ObserveAll();
            }
            catch (Exception failure)
            {
                LockedStepAside(failure);
                return;
            }

            WriteSnapshot(reason, isFinal);
        }
    }

    private void ObserveAll()
    {
        ulong unbacked = _watched.Process.UnbackedPages;
        _realPages = 0;
        ObserveInSlices(_watched.Arena.Start, _watched.HighestHeapEnd);
        ObserveInSlices(_watched.LowestMapping, _watched.Arena.End);
        _peakUnbackedPages = Math.Max(_peakUnbackedPages, _watched.Process.UnbackedPages - unbacked);
    }

    private void ObserveInSlices(ulong start, ulong end)
    {
        while (start < end)
        {
            ulong stop = Math.Min(end, start + SliceBytes);
            HostLock.Enter(ref _lock);
            try
            {
                _findings.CurrentSite = 0;
                _watched.ObservedPages = 0;
                _watched.Observe(start, stop);
                _realPages += _watched.ObservedPages;
            }
            finally
            {
                HostLock.Exit(ref _lock);
            }

            start = stop;
        }
    }

    private void WriteSnapshot(SnapshotReason reason, bool isFinal)
    {
        HostLock.Enter(ref _lock);
        try
        {
            _findings.CurrentSite = 0;
            RetireDead();
            _watched.MarkFullLook();
            var snapshot = new SnapshotRecord
            {
                Reason = reason,
                UnixNanoseconds = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100,
                EventCount = _header->EventCount,
            };
            DescribeHeap(ref snapshot, isFinal);
            DescribeProcess(ref snapshot);
            DescribeZones(ref snapshot);
            DescribeSites(ref snapshot);
            DescribeReal(ref snapshot);
            SessionSnapshots.Write(_session, snapshot);
            if (isFinal)
                _header->State = SessionState.Finished;
        }
        catch (Exception failure)
        {
            StepAside(failure);
        }
        finally
        {
            HostLock.Exit(ref _lock);
        }
    }

    private void DescribeProcess(ref SnapshotRecord snapshot)
    {
        Process process = _watched.Process;
        SystemCallCounts calls = process.SystemCalls;
        snapshot.MinorFaults = process.MinorFaults;
        snapshot.MajorFaults = process.MajorFaults;
        snapshot.VirtualPages = process.VirtualPages.Value;
        snapshot.ResidentPages = process.ResidentPages.Value;
        snapshot.PeakResidentPages = process.PeakResidentPages.Value;
        snapshot.ZeroPages = process.ZeroPages.Value;
        snapshot.PageTablePages = process.PageTablePages.Value;
        snapshot.AllocatorFaults = _watched.AllocatorFaults;
        snapshot.UnbackedPages = _peakUnbackedPages;
        snapshot.BrkCalls = calls.Brk;
        snapshot.MmapCalls = calls.Mmap;
        snapshot.MunmapCalls = calls.Munmap;
        snapshot.MremapCalls = calls.Mremap;
        snapshot.MadviseCalls = calls.Madvise;
    }

    /// <summary>By name, since the machine lists populated zones only.</summary>
    private void DescribeZones(ref SnapshotRecord snapshot)
    {
        IReadOnlyList<ZoneInfo> zones = _watched.Process.Machine.Zones;
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

    private void DescribeHeap(ref SnapshotRecord snapshot, bool checkBlocks)
    {
        MallocInfo info = _malloc.GetMallocInfo();
        snapshot.Arena = info.Arena;
        snapshot.OrdBlks = info.OrdBlks;
        snapshot.SmBlks = info.SmBlks;
        snapshot.HBlks = info.HBlks;
        snapshot.HBlkHd = info.HBlkHd;
        snapshot.FsmBlks = info.FsmBlks;
        snapshot.UordBlks = info.UordBlks;
        snapshot.FordBlks = info.FordBlks;
        snapshot.KeepCost = info.KeepCost;
        snapshot.MmapThreshold = _malloc.MmapThreshold;
        snapshot.TrimThreshold = _malloc.TrimThreshold;
        var survey = new HeapSurvey(_watched);
        survey.Walk(_malloc, checkBlocks);
        snapshot.FreeBytes = survey.FreeBytes;
        snapshot.LargestFreeBytes = survey.LargestFreeBytes;
        snapshot.StrandedPages = survey.StrandedPages;
    }

    /// <summary>Live blocks from the counters, and each site's resident pages, counted anew and then written in one go.</summary>
    private void DescribeSites(ref SnapshotRecord snapshot)
    {
        uint* pages = (uint*)_pagesOfSite.Start;
        uint sites = Math.Min(_header->SiteCount + 1, (uint)SessionLayout.SiteCapacity);
        new Span<uint>(pages, (int)sites).Clear();
        snapshot.HeapResidentPages = _watched.CountHeapPages(pages);
        snapshot.MappedResidentPages = _watched.CountMappedPages(pages);
        for (uint site = 0; site < sites; site++)
        {
            SiteCounters* counters = _sites + site;
            counters->ResidentPages = pages[site];
            snapshot.LiveBlocks += counters->Allocations - counters->Released;
            snapshot.LiveRequestedBytes += counters->RequestedBytes - counters->ReleasedRequestedBytes;
            snapshot.LiveUsableBytes += counters->UsableBytes - counters->ReleasedUsableBytes;
        }
    }

    private void DescribeReal(ref SnapshotRecord snapshot)
    {
        RealProcess real = RealProcess.Read();
        snapshot.RealVirtualPages = real.VirtualPages;
        snapshot.RealResidentPages = real.ResidentPages;
        snapshot.RealSharedPages = real.SharedPages;
        snapshot.RealMinorFaults = real.MinorFaults;
        snapshot.RealMajorFaults = real.MajorFaults;
        snapshot.RealArenaPages = _realPages;
    }

    private void LockedStepAside(Exception failure)
    {
        HostLock.Enter(ref _lock);
        StepAside(failure);
        HostLock.Exit(ref _lock);
    }
}
