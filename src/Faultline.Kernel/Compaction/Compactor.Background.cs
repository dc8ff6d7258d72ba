// What the background thread asks for (mm/compaction.c kcompactd_do_work, compact_node, compaction_suit_allocation_order, 6.18).

namespace Faultline.Kernel;

internal sealed unsafe partial class Compactor
{
    private int _wantedScore;

    /// <summary>Per cent of a zone's free memory that lie in blocks too small for a huge page (fragmentation_score_zone).</summary>
    public static int ScoreOf(Zone zone)
    {
        Span<ulong> blocks = stackalloc ulong[Order.Count];
        for (int i = 0; i < blocks.Length; i++)
            blocks[i] = zone.Free.Blocks(i);
        return Fragmentation.Percent(blocks, Migratetypes.PageblockOrder);
    }

    /// <summary>The zone has no block of the order, and compacting it may make one.</summary>
    public bool WouldHelp(Zone zone, int order) =>
        !zone.WatermarkAllows(zone.Watermarks.Min, order, zone.Index, AllocationFlags.None) && CouldHelp(zone, order, zone.Index);

    /// <summary>Zones that have no block of the order, unless they failed so lately that they are passed over.</summary>
    public void CompactInBackground(int order)
    {
        if (_running)
            return;
        _running = true;
        foreach (Zone zone in _allocator.Zones)
        {
            CompactionState state = _states[zone.Index];
            if (!zone.IsPopulated || state.IsDeferred(order) || !WouldHelp(zone, order))
                continue;
            (ulong migrate, ulong free) = (_stat[VmEvent.compact_migrate_scanned], _stat[VmEvent.compact_free_scanned]);
            if (Compact(zone, order, Migratetype.Unmovable, zone.Index, sync: true) == CompactionResult.Success)
                state.Reset(order, allocated: false);
            else
                state.Defer(order);
            CountBackground(migrate, free);
        }

        _running = false;
    }

    /// <summary>Every zone from end to end, or until no more of its free memory is scattered than the score says.</summary>
    public void CompactUntil(int score)
    {
        if (_running)
            return;
        _running = true;
        _wantedScore = score;
        foreach (Zone zone in _allocator.Zones)
        {
            if (!zone.IsPopulated || ScoreOf(zone) <= score)
                continue;
            (ulong migrate, ulong free) = (_stat[VmEvent.compact_migrate_scanned], _stat[VmEvent.compact_free_scanned]);
            _states[zone.Index].Restart(zone);
            Run(zone, _states[zone.Index], WholeZone, Migratetype.Movable, sync: true);
            _states[zone.Index].Restart(zone);
            CountBackground(migrate, free);
        }

        _wantedScore = 0;
        _running = false;
    }

    private void CountBackground(ulong migrateBefore, ulong freeBefore)
    {
        _stat[VmEvent.compact_daemon_migrate_scanned] += _stat[VmEvent.compact_migrate_scanned] - migrateBefore;
        _stat[VmEvent.compact_daemon_free_scanned] += _stat[VmEvent.compact_free_scanned] - freeBefore;
    }
}
