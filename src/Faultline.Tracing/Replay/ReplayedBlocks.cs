using Faultline.Kernel;

namespace Faultline.Tracing.Replay;

/// <summary>
/// A live block of the trace: where the model put it (0 where the model had no memory), who asked for how much (<see cref="SiteTally"/> has owners), and which
/// allocation of which thread it was (<see cref="AllocationTurns"/>; 0: not counted).
/// </summary>
internal readonly record struct ReplayedBlock(ulong Pointer, ulong Requested, ulong Usable, int Owner, int Thread = -1, ulong Turn = 0);

/// <summary>
/// Live blocks by their addresses in the trace. Where the trace tells touches by page, blocks are found by range too.
/// </summary>
internal sealed class ReplayedBlocks(bool byRange)
{
    private readonly Dictionary<ulong, ReplayedBlock> _live = [];
    private readonly SortedSet<ulong>? _starts = byRange ? [] : null;

    public IEnumerable<ReplayedBlock> All => _live.Values;

    public void Add(ulong address, in ReplayedBlock block)
    {
        _live[address] = block;
        _starts?.Add(address);
    }

    public bool TryGet(ulong address, out ReplayedBlock block) => _live.TryGetValue(address, out block);

    public bool Remove(ulong address, out ReplayedBlock block)
    {
        _starts?.Remove(address);
        return _live.Remove(address, out block);
    }

    /// <summary>The blocks with usable bytes in [start, end), by rising address.</summary>
    public List<(ulong Address, ReplayedBlock Block)> Overlapping(ulong start, ulong end)
    {
        List<(ulong, ReplayedBlock)> found = [];
        if (_starts == null || start >= end)
            return found;
        ulong first = _starts.GetViewBetween(0, start).Max;
        foreach (ulong address in _starts.GetViewBetween(first, end - 1))
            if (address + _live[address].Usable > start)
                found.Add((address, _live[address]));
        return found;
    }

    /// <summary>Calls <paramref name="touch"/> with each block, offset and length that [start, end) of the trace's addresses covers; answers how many.</summary>
    public int ForEachIn(ulong start, ulong end, Action<ReplayedBlock, ulong, ulong> touch)
    {
        if (_starts == null || start >= end)
            return 0;
        int found = 0;
        // A block that begins before the range may reach into it: only the last one can.
        ulong first = _starts.GetViewBetween(0, start).Max;
        foreach (ulong address in _starts.GetViewBetween(first == 0 ? start : first, end - 1))
        {
            ReplayedBlock block = _live[address];
            ulong from = Math.Max(start, address), to = Math.Min(end, address + Math.Max(block.Requested, 1));
            if (from >= to)
                continue;
            touch(block, from - address, to - from);
            found++;
        }

        return found;
    }
}
