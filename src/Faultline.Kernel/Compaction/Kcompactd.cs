// The thread that compacts in the background (mm/compaction.c kcompactd, kcompactd_do_work, wakeup_kcompactd, should_proactive_compact_node,
// fragmentation_score_zone, 6.18).
//
// It is woken by kswapd, when that goes to sleep after it was asked for a block of several pages: there is memory now, and it is to become
// whole. Twice a second it looks by itself whether too much of what is free is scattered (vm.compaction_proactiveness), and then compacts until
// less is; where that did not help it waits 64 times as long.
//
// When it runs: in Linux on another processor at the same time. Here what it was woken for is done before the next request for such a block,
// or when time passes.

namespace Faultline.Kernel;

internal sealed class Kcompactd
{
    /// <summary>HPAGE_FRAG_CHECK_INTERVAL_MSEC.</summary>
    private const ulong Interval = 500 * MachineClock.NanosecondsPerSecond / 1000;

    /// <summary>COMPACT_MAX_DEFER_SHIFT.</summary>
    private const int LongestWaitShift = 6;
    private const int LeastScore = 5;
    private const int ScoreStep = 10;

    private readonly Machine _machine;
    private int _order;

    public Kcompactd(Machine machine)
    {
        _machine = machine;
        machine.Clock.SetAlarm(Interval, OnTime);
    }

    /// <summary>It was woken and has not run yet.</summary>
    public bool IsAwake { get; private set; }

    /// <summary>Of 100, how much of a node's free memory may be scattered before it is compacted unasked (fragmentation_score_wmark), and how much may stay so.</summary>
    private int HighScore => Math.Min(LowScore + ScoreStep, 100);

    private int LowScore => Math.Max(100 - _machine.Options.CompactionProactiveness, LeastScore);

    /// <summary>Blocks of 2^order pages are wanted. Wakes it where some zone has none and compacting could make one.</summary>
    public void Wake(int order)
    {
        if (order == 0)
            return;
        _order = Math.Max(_order, order);
        foreach (Zone zone in _machine.Frames.Zones)
            IsAwake |= zone.IsPopulated && _machine.Compactor.WouldHelp(zone, order);
    }

    /// <summary>Does what it was woken for.</summary>
    public void Run()
    {
        if (!IsAwake)
            return;
        IsAwake = false;
        _machine.Stat[VmEvent.compact_daemon_wake]++;
        _machine.Compactor.CompactInBackground(_order);
        _order = 0;
    }

    /// <summary>A number was written to vm.compaction_proactiveness: it looks at once (proactive_compact_trigger).</summary>
    public void Trigger()
    {
        if (IsTooScattered())
            CompactUnasked();
    }

    /// <summary>How scattered free memory is, by zones weighted by their size: 0 to 100 (fragmentation_score_node).</summary>
    public int Score()
    {
        ulong present = 0, sum = 0;
        foreach (Zone zone in _machine.Frames.Zones)
            present += zone.Range.Present;
        foreach (Zone zone in _machine.Frames.Zones)
            sum += zone.IsPopulated ? zone.Range.Present * (ulong)Compactor.ScoreOf(zone) / (present + 1) : 0;
        return (int)sum;
    }

    private void OnTime()
    {
        ulong wait = Interval;
        _machine.Reclaimer.LetKswapdFinish();
        if (IsAwake)
            Run();
        else
            while (IsTooScattered() && wait == Interval)
                wait = CompactUnasked() ? Interval : Interval << LongestWaitShift;
        _machine.Clock.SetAlarm(_machine.Clock.Now + wait, OnTime);
    }

    private bool IsTooScattered() =>
        _machine.Options.CompactionProactiveness != 0 && !_machine.Reclaimer.KswapdRuns && Score() > HighScore;

    /// <summary>True if less is scattered afterwards.</summary>
    private bool CompactUnasked()
    {
        int before = Score();
        _machine.Compactor.CompactUntil(LowScore);
        return Score() < before;
    }
}
