// The two scanners (mm/compaction.c isolate_migratepages_block, isolate_freepages, compact_finished, 6.18).

namespace Faultline.Kernel;

internal sealed unsafe partial class Compactor
{
    /// <summary>In place of an order: go on until the scanners meet.</summary>
    private const int WholeZone = -1;

    /// <summary>Pages gathered before they are moved (COMPACT_CLUSTER_MAX).</summary>
    private const int Cluster = 32;

    private readonly List<uint> _toMove = [];

    /// <summary>Free pages taken out of the buddy system, highest last.</summary>
    private readonly Stack<uint> _targets = new();

    /// <summary>Until there is a block of the order (true) or the scanners meet (false).</summary>
    private bool Run(Zone zone, CompactionState state, int order, Migratetype type, bool sync)
    {
        zone.DrainPerCpu();
        bool success = false;
        while (!success && state.MigratePfn < (state.FreePfn & ~(Migratetypes.PageblockPages - 1)))
        {
            GatherToMove(zone, state, order, type, sync);
            foreach (uint pfn in _toMove)
            {
                if (_targets.Count == 0)
                    GatherTargets(zone, state, order);
                if (_targets.Count == 0)
                    break;
                bool moved = TryMove(pfn, _targets.Peek());
                _stat[moved ? VmEvent.pgmigrate_success : VmEvent.pgmigrate_fail]++;
                if (moved)
                    Release(zone, pfn, _targets.Pop());
            }

            _toMove.Clear();
            success = state.MigratePfn % Migratetypes.PageblockPages == 0 && (order == WholeZone ? _wantedScore != 0 && ScoreOf(zone) <= _wantedScore : HasBlock(zone, order, type));
        }

        while (_targets.TryPop(out uint pfn))
            GiveBack(zone, pfn);
        return success || (order != WholeZone && HasBlock(zone, order, type));
    }

    /// <summary>Up to a cluster of movable pages of one pageblock; the scanner stands behind them afterwards.</summary>
    private void GatherToMove(Zone zone, CompactionState state, int order, Migratetype type, bool sync)
    {
        uint start = state.MigratePfn;
        uint end = Math.Min((start | (Migratetypes.PageblockPages - 1)) + 1, zone.Range.End);
        bool suits = sync || _allocator.Pageblocks.TypeOf(start) == type;
        uint pfn = suits && !zone.Free.IsUntouched(start) ? start : end;
        while (pfn < end && _toMove.Count < Cluster)
        {
            ref Frame frame = ref _frames[pfn];
            if (IsMovable(frame))
                _toMove.Add(pfn);
            pfn += (frame.Flags & (FrameFlags.Buddy | FrameFlags.Allocated)) != 0 ? 1u << frame.Order : 1;
        }

        state.MigratePfn = Math.Min(pfn, end);
        _stat[VmEvent.compact_isolated] += (ulong)_toMove.Count;
        _stat[VmEvent.compact_migrate_scanned] += suits ? state.MigratePfn - start : 0;
    }

    /// <summary>A page on an LRU list, alone: huge pages and larger folios stay where they are, and so do pages under way to a device.</summary>
    private bool IsMovable(in Frame frame)
    {
        const FrameFlags Held = FrameFlags.Writeback | FrameFlags.Locked | FrameFlags.Tail;
        if ((frame.Flags & FrameFlags.Lru) == 0 || (frame.Flags & Held) != 0 || frame.Order != 0)
            return false;
        if ((frame.Flags & FrameFlags.FileCache) == 0)
            return (frame.Flags & FrameFlags.Anonymous) != 0;
        Inode file = _machine.Files.Of(frame);
        return file.Kind != FileKind.Kernel && CacheEntry.Order(file.Pages[frame.Index]) == 0;
    }

    /// <summary>Free pages of the next Movable pageblock from above that has any, but for blocks that are large enough already.</summary>
    private void GatherTargets(Zone zone, CompactionState state, int order)
    {
        uint lowest = state.MigratePfn & ~(Migratetypes.PageblockPages - 1);
        while (_targets.Count == 0 && ((state.FreePfn - 1) & ~(Migratetypes.PageblockPages - 1)) > lowest)
        {
            uint end = state.FreePfn;
            uint start = Math.Max((end - 1) & ~(Migratetypes.PageblockPages - 1), zone.Range.FirstManaged);
            state.FreePfn = start;
            if (_allocator.Pageblocks.TypeOf(start) != Migratetype.Movable || zone.Free.IsUntouched(start))
                continue;
            for (uint pfn = start; pfn < end;)
            {
                ref Frame frame = ref _frames[pfn];
                int at = frame.Order;
                bool free = (frame.Flags & FrameFlags.Buddy) != 0;
                if (free && at < Migratetypes.PageblockOrder && (order == WholeZone || at < order) && zone.WatermarkAllows(zone.Watermarks.Min + (1UL << at), 0, 0, AllocationFlags.None))
                    Isolate(zone, pfn, at);
                pfn += free || (frame.Flags & FrameFlags.Allocated) != 0 ? 1u << at : 1;
            }

            _stat[VmEvent.compact_free_scanned] += end - start;
        }
    }

    private void Isolate(Zone zone, uint pfn, int order)
    {
        zone.Free.Remove(pfn, order, Migratetype.Movable);
        for (uint i = 0; i < 1u << order; i++)
            _targets.Push(pfn + i);
        _stat[VmEvent.compact_isolated] += 1UL << order;
    }

    /// <summary>The frame that a page left is free.</summary>
    private void Release(Zone zone, uint left, uint taken)
    {
        System.Diagnostics.Debug.Assert((_frames[taken].Flags & FrameFlags.Allocated) != 0);
        _stat[VmEvent.pgfree]++;
        GiveBack(zone, left);
    }

    private void GiveBack(Zone zone, uint pfn)
    {
        _frames[pfn] = default;
        zone.FreeBlock(pfn, 0);
    }
}
