using System.Runtime.CompilerServices;
using Faultline.Kernel.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// The thread's counters: plain additions in its own shard of the session. Threads for which no shard was left share one, with a lock.
// While a flow is counted that the thread works for, its allocations and releases are told to that too.
internal sealed unsafe partial class EngineThread
{
    /// <summary>A routed call begins. Answers the site to go on with: 0, the unknown one, for a site that the session does not know.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CountCall(int site)
    {
        if ((uint)site > _siteCount)
            site = 0;
        Begin(site)->Calls++;
        End();
        _shard->CurrentSite = site;
        return site;
    }

    /// <summary>Of the call that <see cref="CountCall"/> began.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountAllocation(int site, ulong requested, ulong usable, bool mapped)
    {
        if (_isShared)
            HostLock.Enter(ref _shard->SharedLock);
        SiteCounters* counters = _sites + site;
        counters->Allocations++;
        counters->UsableBytes += usable;
        counters->MappedAllocations += mapped ? 1UL : 0;
        ulong bytes = counters->RequestedBytes + requested;
        counters->RequestedBytes = bytes;
        long live = (long)(bytes - counters->ReleasedRequestedBytes);
        if (live > (long)counters->PeakLiveBytes)
            RaisePeak(counters, site, live);
        End();
        Flow?.CountAllocation(site, requested);
    }

    /// <summary>A block from that site is gone; a part of one, if <paramref name="blocks"/> is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountRelease(int site, ulong requested, ulong usable, ulong blocks = 1)
    {
        SiteCounters* counters = Begin(site);
        counters->Released += blocks;
        counters->ReleasedUsableBytes += usable;
        ulong bytes = counters->ReleasedRequestedBytes + requested;
        counters->ReleasedRequestedBytes = bytes;
        long live = (long)(counters->RequestedBytes - bytes);
        if (counters->PublishedLiveBytes - live >= SessionCounters.PublishEvery)
            Publish(counters, site, live);
        End();
        Flow?.CountRelease(site, requested, blocks);
    }

    /// <summary>One block has become two.</summary>
    public void CountSplit(int site)
    {
        Begin(site)->Allocations++;
        End();
        Flow?.CountAllocation(site, requested: 0);
    }

    public void CountFailure(int site)
    {
        Begin(site)->Failures++;
        End();
    }

    public void CountMove(int site)
    {
        Begin(site)->Moves++;
        End();
    }

    public void CountForeign()
    {
        Begin(0);
        _shard->ForeignCalls++;
        End();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SiteCounters* Begin(int site)
    {
        if (_isShared)
            HostLock.Enter(ref _shard->SharedLock);
        SiteCounters* counters = _sites + site;
        if (counters->NextSite == 0)
            Enlist(counters, site);
        return counters;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void End()
    {
        if (_isShared)
            HostLock.Exit(ref _shard->SharedLock);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Enlist(SiteCounters* counters, int site)
    {
        counters->NextSite = _shard->FirstSite + 1;
        Volatile.Write(ref _shard->FirstSite, (ulong)site + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RaisePeak(SiteCounters* counters, int site, long live)
    {
        counters->PeakLiveBytes = (ulong)live;
        if (live - counters->PublishedLiveBytes >= SessionCounters.PublishEvery)
            Publish(counters, site, live);
    }

    /// <summary>Adds what this shard's live bytes have moved by to the process's, and raises the process's peak by what the shard's own rose.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Publish(SiteCounters* counters, int site, long live)
    {
        SiteCounters* process = _process + site;
        long moved = live - counters->PublishedLiveBytes;
        long rise = (long)counters->PeakLiveBytes - counters->PublishedLiveBytes;
        long before = Interlocked.Add(ref process->PublishedLiveBytes, moved) - moved;
        ulong peak = (ulong)Math.Max(before + rise, 0);
        for (ulong known = Volatile.Read(ref process->PeakLiveBytes); peak > known;)
        {
            ulong seen = Interlocked.CompareExchange(ref process->PeakLiveBytes, peak, known);
            if (seen == known)
                break;
            known = seen;
        }

        counters->PublishedLiveBytes = live;
        counters->PeakLiveBytes = (ulong)live;
    }
}
