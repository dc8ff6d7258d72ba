using Faultline.Kernel;
using Faultline.Kernel.Host;
using Faultline.Libc;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// Snapshots: everything that the program touched is looked at and simulated, then the simulated machine is written into
// the session. Locks are let go between slices and arenas, so that no thread waits for all of it.
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
            if (EngineThread.Current is { } thread && thread.Engine == this)
                thread.CurrentSite = 0;
            bool isFinal = reason is SnapshotReason.Exit or SnapshotReason.UnhandledException;
            // The program's own exit handlers may go on for a while: later snapshots are still of its end.
            if (isFinal)
                _ending = reason;
            else if (_ending != SnapshotReason.Start)
                reason = _ending;
            try
            {
                // What is observed is recorded in this thread's lane: it gets one before any lock is taken.
                if (_recorder != null)
                    Self();
                LockedRetireDead();
                ObserveAll();
                WriteSnapshot(reason, isFinal);
            }
            catch (Exception failure)
            {
                StepAside(failure);
            }
        }
    }

    /// <summary>
    /// Takes a snapshot and reads the session before another is taken. Throws <see cref="InvalidOperationException"/>, with the reason, where
    /// the engine has stepped aside.
    /// </summary>
    public T Look<T>(Func<SessionFile, T> read)
    {
        lock (_snapshotGate)
        {
            TakeSnapshot(SnapshotReason.Periodic);
            if (_steppedAside)
                throw new InvalidOperationException(SessionNotes.Read(_session).LastOrDefault(note => note.Kind == "internal").Text ?? "the simulation stopped");
            return read(_session);
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
            _watched.Lock();
            _watched.ObservedPages = 0;
            _watched.Observe(start, stop);
            _realPages += _watched.ObservedPages;
            _watched.Unlock();
            start = stop;
        }
    }

    private void WriteSnapshot(SnapshotReason reason, bool isFinal)
    {
        var snapshot = new SnapshotRecord
        {
            Reason = reason,
            UnixNanoseconds = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100,
        };
        DescribeHeap(ref snapshot, isFinal);
        DescribeLive(ref snapshot);
        _watched.Lock();
        _watched.MarkFullLook();
        DescribeProcess(ref snapshot);
        DescribeSites(ref snapshot);
        DescribeReal(ref snapshot);
        _watched.Unlock();
        RecordSnapshot(snapshot);
        SessionSnapshots.Write(_session, snapshot);
        if (isFinal)
            _header->State = SessionState.Finished;
    }

    /// <summary>From the threads' counters.</summary>
    private void DescribeLive(ref SnapshotRecord snapshot)
    {
        SiteCounters total = SessionCounters.Total(_session);
        snapshot.EventCount = total.Calls;
        snapshot.LiveBlocks = total.Allocations - total.Released;
        snapshot.LiveRequestedBytes = total.RequestedBytes - total.ReleasedRequestedBytes;
        snapshot.LiveUsableBytes = total.UsableBytes - total.ReleasedUsableBytes;
    }

    private void DescribeProcess(ref SnapshotRecord snapshot)
    {
        snapshot.Describe(_watched.Process);
        snapshot.Describe(_watched.Process.Machine.Zones);
        snapshot.AllocatorFaults = _watched.AllocatorFaults;
        snapshot.UnbackedPages = _peakUnbackedPages;
    }

    private void DescribeHeap(ref SnapshotRecord snapshot, bool checkBlocks)
    {
        snapshot.Describe(_malloc);
        HeapPages<HeapSurvey.Residence> pages = HeapSurvey.Walk(_malloc, _watched, checkBlocks);
        snapshot.FreeBytes = pages.FreeBytes;
        snapshot.LargestFreeBytes = pages.LargestFreeBytes;
        snapshot.StrandedPages = pages.StrandedPages;
    }

    /// <summary>Each site's resident pages, counted anew and then written in one go.</summary>
    private void DescribeSites(ref SnapshotRecord snapshot)
    {
        uint* pages = (uint*)_pagesOfSite.Start;
        int sites = _session.SiteCount + 1;
        new Span<uint>(pages, sites).Clear();
        snapshot.HeapResidentPages = _watched.CountHeapPages(pages);
        snapshot.MappedResidentPages = _watched.CountMappedPages(pages);
        for (int site = 0; site < sites; site++)
            if (_faultsOfSites[site].ResidentPages != pages[site])
                _faultsOfSites[site].ResidentPages = pages[site];
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
}
