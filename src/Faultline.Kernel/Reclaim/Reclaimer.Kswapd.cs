// Reclaim for the machine: by the process that needs a page, and by kswapd ahead of need (mm/vmscan.c try_to_free_pages,
// wakeup_kswapd, balance_pgdat, kswapd_shrink_node, 6.18).
//
// When kswapd runs: it is woken when a request finds every zone below its low watermark, and then works until a zone is at its high
// watermark again. In Linux it does so on another processor at the same time; here it makes one round, at its priority of the
// moment, each time a request passes the slow way of the allocator while it is awake. Requests come by that way once a batch of the
// per-CPU lists, so kswapd keeps up with a process that only maps, and falls behind where its writes are not done in time: then
// free pages reach the minimum, and the process reclaims for itself (allocstall).

namespace Faultline.Kernel;

internal sealed unsafe partial class Reclaimer
{
    private const ulong LeastForZone = 32;
    private const int MaxFailures = 16;

    private ScanControl? _kswapd;
    private int _kswapdFailures;
    private int _kswapdOrder;
    private bool _reclaiming;

    /// <summary>Pages on lists that reclaim can take from: those of files, and anonymous ones if there is swap for them.</summary>
    public ulong ReclaimablePages => _stat[VmEvent.nr_inactive_file] + _stat[VmEvent.nr_active_file]
        + (_swap.Free == 0 ? 0 : _stat[VmEvent.nr_inactive_anon] + _stat[VmEvent.nr_active_anon]);

    public bool KswapdRuns => _kswapd != null;

    /// <summary>Reclaims at least a batch for a request of 2^order pages; answers the pages freed.</summary>
    public ulong ReclaimFor(int order)
    {
        if (_reclaiming)
            return 0;
        _reclaiming = true;
        ulong freed = TryToFreePages(new ScanControl { Wanted = Math.Max(LeastForZone, 1UL << order) });
        _reclaiming = false;
        return freed;
    }

    /// <summary>All zones are below their low watermark, or have no block of 2^order pages: kswapd wakes up, or goes on; when it is done, kcompactd makes blocks of what is free.</summary>
    public void WakeKswapd(int order)
    {
        if (_reclaiming || _kswapdFailures >= MaxFailures)
            return;
        _reclaiming = true;
        _kswapdOrder = Math.Max(_kswapdOrder, order);
        if (_kswapd == null)
        {
            _kswapd = new ScanControl { IsKswapd = true };
            _stat[VmEvent.pageoutrun]++;
        }

        RunKswapd(_kswapd);
        _reclaiming = false;
    }

    /// <summary>Time passes: kswapd, if it is awake, does all that it has to do.</summary>
    public void LetKswapdFinish()
    {
        if (_reclaiming)
            return;
        _reclaiming = true;
        while (_kswapd != null)
            RunKswapd(_kswapd);
        _reclaiming = false;
    }

    private void RunKswapd(ScanControl control)
    {
        while (!IsBalanced())
        {
            control.Wanted = 0;
            foreach (Zone zone in _machine.Frames.Zones)
                control.Wanted += zone.IsPopulated ? Math.Max(zone.Watermarks.High, LeastForZone) : 0;
            (control.Scanned, control.Reclaimed) = (0, 0);
            ShrinkNode(control);
            bool raise = control.Scanned < control.Wanted || control.Reclaimed == 0;
            if (control.Reclaimed != 0)
                _kswapdFailures = 0;
            if (!raise)
                return;
            if (--control.Priority >= 1)
                return;
            if (control.Reclaimed == 0)
                _kswapdFailures++;
            break;
        }

        if (IsBalanced())
        {
            _stat[control.Priority >= ScanControl.DefaultPriority - 2 ? VmEvent.kswapd_high_wmark_hit_quickly : VmEvent.kswapd_low_wmark_hit_quickly]++;
            _machine.Kcompactd.Wake(_kswapdOrder);
        }

        _kswapdOrder = 0;
        TargetOf(control).LateActivations.CopyTo(TargetOf(control).ActivationsSeen, 0);
        _kswapd = null;
    }

    /// <summary>Some zone is at its high watermark: that is enough.</summary>
    private bool IsBalanced()
    {
        foreach (Zone zone in _machine.Frames.Zones)
            if (zone.IsPopulated && zone.WatermarkAllows(zone.Watermarks.High, 0, _machine.Frames.PreferredZone, AllocationFlags.None))
                return true;
        return false;
    }
}
