// The device under the swap area, and the pages on their way to it (block/blk-mq.c, mm/page_io.c, mm/filemap.c
// folio_end_writeback, 6.18). Writes are gathered while a list is being scanned, neighbours joined into one request, and take
// time: only when a request is done can its pages be freed. So reclaim goes on and writes more than it was asked for, and this
// overshoot is what the next rounds live on.
//
//   now ─────► issue ──── transfer: pages × PerPage ────► + latency ─► done: page to the tail of the inactive list
//                         one request after the other        of each

namespace Faultline.Kernel;

/// <summary>What moving pages costs, in simulated nanoseconds. As found on a virtual disk behind a page cache.</summary>
public sealed record SwapTimes
{
    /// <summary>From the end of a request's transfer to when the processor learns of it; requests overlap in it.</summary>
    public ulong Latency { get; init; } = 22_000;

    /// <summary>The same of a read, with going to sleep for it and waking up.</summary>
    public ulong ReadLatency { get; init; } = 150_000;

    /// <summary>The device is busy with each request for so long, besides its pages.</summary>
    public ulong PerRequest { get; init; } = 8_000;

    public ulong PerPage { get; init; } = 1_900;

    /// <summary>Work of the processor to issue one request.</summary>
    public ulong Issue { get; init; } = 6_000;
}

internal sealed unsafe class SwapDevice(Frame* frames, VmStat stat, SwapTimes times)
{
    /// <summary>Pages in one request: 1 MiB less what does not align.</summary>
    private const int MaxRequest = 254;

    /// <summary>When so many requests are gathered they are issued (BLK_MAX_REQUEST_COUNT).</summary>
    private const int MaxPlugged = 32;

    /// <summary>So many pages are a request that is not held back once another one comes (BLK_PLUG_FLUSH_SIZE).</summary>
    private const int LargeRequest = 32;

    /// <summary>Work of the processor that passes while it scans one page, maps one, or serves one fault.</summary>
    private const ulong NanosecondsPerFault = 2_000;

    private readonly Queue<(uint Frame, ulong Done)> _inFlight = new();
    private readonly List<uint> _plugged = [];
    private int _requests;
    private int _lastRequest;
    private ulong _worked;
    private ulong _waited;
    private ulong _busyUntil;

    /// <summary>Simulated nanoseconds of work and waiting since the machine started.</summary>
    public ulong Now => _worked + (stat[VmEvent.pgfault] * NanosecondsPerFault);

    /// <summary>Told of each page (frame, slot) that is written, for tests that keep contents.</summary>
    public Action<uint, uint>? Written { get; set; }

    public int InFlight => _inFlight.Count + _plugged.Count;

    /// <summary>Nanoseconds that processors worked for reclaim and for requests, faults not counted.</summary>
    public ulong Worked => _worked - _waited;

    /// <summary>Nanoseconds that somebody waited for a request.</summary>
    public ulong Waited => _waited;

    public void Work(ulong nanoseconds) => _worked += nanoseconds;

    private void Wait(ulong nanoseconds)
    {
        _waited += nanoseconds;
        Work(nanoseconds);
    }

    /// <summary>A page is to be written to its slot: it counts as being written from now on.</summary>
    public void Write(uint pfn)
    {
        frames[pfn].Flags = (frames[pfn].Flags | FrameFlags.Writeback | FrameFlags.Reclaim) & ~FrameFlags.Dirty;
        stat[VmEvent.nr_writeback]++;
        stat[VmEvent.pswpout]++;
        stat[VmEvent.pgpgout] += PageSize.Bytes >> 10;
        stat[VmEvent.nr_vmscan_write]++;
        Written?.Invoke(pfn, frames[pfn].Private);
        bool joins = _plugged.Count != 0 && _lastRequest < MaxRequest && frames[pfn].Private == frames[_plugged[^1]].Private + 1;
        if (!joins && (_requests == MaxPlugged || _lastRequest >= LargeRequest))
            Unplug();
        _requests += joins ? 0 : 1;
        _lastRequest = joins ? _lastRequest + 1 : 1;
        _plugged.Add(pfn);
    }

    /// <summary>Issues what was gathered.</summary>
    public void Unplug()
    {
        for (int first = 0; first < _plugged.Count;)
        {
            int end = first + 1;
            while (end < _plugged.Count && end - first < MaxRequest && frames[_plugged[end]].Private == frames[_plugged[end - 1]].Private + 1)
                end++;
            Work(times.Issue);
            _busyUntil = Math.Max(_busyUntil, Now) + times.PerRequest + ((ulong)(end - first) * times.PerPage);
            for (; first < end; first++)
                _inFlight.Enqueue((_plugged[first], _busyUntil + times.Latency));
        }

        _plugged.Clear();
        _requests = _lastRequest = 0;
    }

    /// <summary>Waits for pages to be read; everything written until then is done too.</summary>
    public void Read(int pages)
    {
        stat[VmEvent.pswpin] += (ulong)pages;
        stat[VmEvent.pgpgin] += (ulong)pages * (PageSize.Bytes >> 10);
        Work(times.Issue);
        _busyUntil = Math.Max(_busyUntil, Now) + times.PerRequest + ((ulong)pages * times.PerPage);
        Wait(_busyUntil + times.ReadLatency - Now);
    }

    /// <summary>The next page whose write is done by now; 0 if there is none.</summary>
    public uint TakeDone()
    {
        if (_inFlight.Count == 0 || _inFlight.Peek().Done > Now)
            return 0;
        stat[VmEvent.nr_writeback]--;
        return _inFlight.Dequeue().Frame;
    }

    /// <summary>Lets time pass until the oldest write is done. False if nothing is being written.</summary>
    public bool WaitForOne()
    {
        Unplug();
        if (_inFlight.Count == 0)
            return false;
        ulong done = _inFlight.Peek().Done;
        if (done > Now)
            Wait(done - Now);
        return true;
    }
}
