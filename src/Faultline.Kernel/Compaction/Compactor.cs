// Making large blocks out of scattered free pages (mm/compaction.c try_to_compact_pages, compact_zone, compaction_suitable, 6.18).
// Two scanners go through a zone towards each other: one gathers pages that can be moved, from the bottom up, the other free pages to
// move them to, from the top down. Behind the first, blocks become whole.
//
//   zone start  ─► pages to move …                       … free pages to move to ◄─  zone end
//                  ▲ where the last run stopped                  ▲ the same
//
// Not modelled: hints that a pageblock is not worth scanning, the fast search of both scanners through the free lists, and capture of
// the block by the one who waits for it.

namespace Faultline.Kernel;

/// <summary>How it ended, worst first.</summary>
internal enum CompactionResult
{
    /// <summary>It would not help: too little is free, or what is missing is memory and not order.</summary>
    Skipped,

    /// <summary>It failed so lately that it is not tried.</summary>
    Deferred,

    /// <summary>The scanners met; they had not started at the ends of the zone.</summary>
    PartialSkipped,

    /// <summary>The scanners met without making a block that is large enough.</summary>
    Complete,

    /// <summary>There is a block that is large enough.</summary>
    Success,
}

internal sealed unsafe partial class Compactor
{
    /// <summary>vm.extfrag_threshold: a fragmentation index up to this means that memory is short, not scattered.</summary>
    public const int ExtfragThreshold = 500;

    private readonly Machine _machine;
    private readonly FrameAllocator _allocator;
    private readonly Frame* _frames;
    private readonly VmStat _stat;
    private readonly CompactionState[] _states;
    private bool _running;

    public Compactor(Machine machine)
    {
        _machine = machine;
        _allocator = machine.Frames;
        _frames = machine.Frames.Frames;
        _stat = machine.Stat;
        _states = new CompactionState[_allocator.Zones.Length];
        for (int i = 0; i < _states.Length; i++)
            _states[i] = new CompactionState();
    }

    /// <summary>Told of each page that moved, from frame to frame: for checks.</summary>
    internal Action<uint, uint>? PageMoved { get; set; }

    /// <summary>
    /// Compacts the zones that may serve a request until one of them can. Without <paramref name="sync"/> only pageblocks of the
    /// request's own migratetype are emptied.
    /// </summary>
    public CompactionResult TryToCompact(int order, Migratetype type, int requestZone, bool sync)
    {
        var result = CompactionResult.Skipped;
        if (_running)
            return result;
        _running = true;
        for (int index = requestZone; index >= 0 && result != CompactionResult.Success; index--)
        {
            Zone zone = _allocator.Zones[index];
            if (!zone.IsPopulated)
                continue;
            CompactionState state = _states[index];
            CompactionResult found = state.IsDeferred(order) ? CompactionResult.Deferred : Compact(zone, order, type, requestZone, sync);
            result = (CompactionResult)Math.Max((int)result, (int)found);
            if (found == CompactionResult.Success)
                state.Reset(order, allocated: false);
            else if (sync && found is CompactionResult.Complete or CompactionResult.PartialSkipped)
                state.Defer(order);
        }

        _running = false;
        return result;
    }

    /// <summary>A request was served from a zone after its compaction.</summary>
    public void NoteAllocated(Zone zone, int order) => _states[zone.Index].Reset(order, allocated: true);

    /// <summary>echo 1 &gt; /proc/sys/vm/compact_memory: every zone from end to end.</summary>
    public void CompactAll()
    {
        foreach (Zone zone in _allocator.Zones)
        {
            if (!zone.IsPopulated)
                continue;
            _states[zone.Index].Restart(zone);
            Run(zone, _states[zone.Index], WholeZone, Migratetype.Movable, sync: true);
            _states[zone.Index].Restart(zone);
        }
    }

    private CompactionResult Compact(Zone zone, int order, Migratetype type, int requestZone, bool sync)
    {
        if (zone.WatermarkAllows(zone.Watermarks.Min, order, requestZone, AllocationFlags.None) && HasBlock(zone, order, type))
            return CompactionResult.Success;
        if (!CouldHelp(zone, order, requestZone))
            return CompactionResult.Skipped;
        CompactionState state = _states[zone.Index];
        if (state.FreePfn == 0 || state.MigratePfn >= state.FreePfn)
            state.Restart(zone);
        bool whole = state.IsAtEnds(zone);
        if (Run(zone, state, order, type, sync))
            return CompactionResult.Success;
        state.Restart(zone);
        return whole ? CompactionResult.Complete : CompactionResult.PartialSkipped;
    }

    /// <summary>Enough is free to move pages to, and it is scattered rather than scarce.</summary>
    private static bool CouldHelp(Zone zone, int order, int requestZone)
    {
        bool costly = order > PerCpuLists.CostlyOrder;
        ulong mark = (costly ? zone.Watermarks.Low : zone.Watermarks.Min) + (2UL << order);
        if (!zone.WatermarkAllows(mark, 0, requestZone, AllocationFlags.None))
            return false;
        if (!costly)
            return true;
        Span<ulong> blocks = stackalloc ulong[Order.Count];
        for (int i = 0; i < blocks.Length; i++)
            blocks[i] = zone.Free.Blocks(i);
        int index = Fragmentation.Index(blocks, order);
        return index is < 0 or > ExtfragThreshold;
    }

    /// <summary>A free block that the migratetype can have without spoiling another's pageblock.</summary>
    private static bool HasBlock(Zone zone, int order, Migratetype type)
    {
        bool claims = order >= Migratetypes.PageblockOrder / 2 || type != Migratetype.Movable;
        for (int at = order; at <= Order.Max; at++)
        {
            if (zone.Free.Blocks(at, type) != 0)
                return true;
            foreach (Migratetype other in Migratetypes.Fallbacks(type))
                if (claims && zone.Free.Blocks(at, other) != 0)
                    return true;
        }

        return false;
    }
}
