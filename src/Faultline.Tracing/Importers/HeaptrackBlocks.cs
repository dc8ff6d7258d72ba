namespace Faultline.Tracing.Importers;

/// <summary>
/// Addresses for interpreted heaptrack files, which have none: "+ 5" allocates, "- 5" frees some block of the fifth
/// combination of size and stack. The block that was allocated last is taken: temporary blocks, whose free follows
/// their allocation, then come out right. Numbers of freed blocks are given out again, so that they stay small.
/// </summary>
internal sealed class HeaptrackBlocks
{
    private const ulong BytesApart = 16;

    /// <summary>By combination: the live block allocated last, -1 none. By block: the one before it, or the next free number.</summary>
    private readonly List<int> _newest = [];
    private readonly List<int> _next = [];
    private int _free = -1;

    /// <summary>A made-up address, unique among live blocks.</summary>
    public ulong Allocate(int combination)
    {
        while (_newest.Count <= combination)
            _newest.Add(-1);
        int block = _free;
        if (block < 0)
        {
            block = _next.Count;
            _next.Add(-1);
        }
        else
        {
            _free = _next[block];
        }

        _next[block] = _newest[combination];
        _newest[combination] = block;
        return Address(block);
    }

    /// <summary>The address of the block that is freed; false when no such block lives.</summary>
    public bool TryFree(int combination, out ulong address)
    {
        int block = combination < _newest.Count ? _newest[combination] : -1;
        address = block < 0 ? 0 : Address(block);
        if (block < 0)
            return false;
        _newest[combination] = _next[block];
        _next[block] = _free;
        _free = block;
        return true;
    }

    private static ulong Address(int block) => (ulong)(block + 1) * BytesApart;
}
