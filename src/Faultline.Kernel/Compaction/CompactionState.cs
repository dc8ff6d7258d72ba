namespace Faultline.Kernel;

/// <summary>
/// What a zone remembers between compactions (struct zone compact_*, mm/compaction.c defer_compaction, compaction_deferred, 6.18): where
/// the scanners stopped, and how often to pass over it since it failed: 1, 2, 4 … 64 times.
/// </summary>
internal sealed class CompactionState
{
    private const int MaxShift = 6;

    private int _considered;
    private int _shift;
    private int _orderFailed;

    /// <summary>The next frame to look at for pages to move.</summary>
    public uint MigratePfn { get; set; }

    /// <summary>Frames from here on have been looked at for free pages. 0: never started.</summary>
    public uint FreePfn { get; set; }

    public void Restart(Zone zone) => (MigratePfn, FreePfn) = (zone.Range.FirstManaged, zone.Range.End);

    public bool IsAtEnds(Zone zone) => MigratePfn == zone.Range.FirstManaged && FreePfn == zone.Range.End;

    /// <summary>Asked each time a request would compact the zone.</summary>
    public bool IsDeferred(int order)
    {
        if (order < _orderFailed)
            return false;
        int limit = 1 << _shift;
        if (++_considered < limit)
            return true;
        _considered = limit;
        return false;
    }

    public void Defer(int order)
    {
        _considered = 0;
        _orderFailed = Math.Min(order, _orderFailed);
        _shift = Math.Min(_shift + 1, MaxShift);
    }

    public void Reset(int order, bool allocated)
    {
        if (allocated)
            _considered = _shift = 0;
        _orderFailed = Math.Max(order + 1, _orderFailed);
    }
}
