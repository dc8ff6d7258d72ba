// The contents of page-table frames: 512 entries each. A frame number says where a table is in the simulated machine; its
// entries are kept here, packed, so that the model's own memory is proportional to the tables in use and not to the machine.

using Faultline.Kernel.Host;

namespace Faultline.Kernel;

internal sealed unsafe class TablePool : IDisposable
{
    private const ulong TableBytes = 4096;
    private const ulong ChunkBytes = 64UL << 20;

    /// <summary>So many tables are touched ahead at a time.</summary>
    private const ulong AheadBytes = 16 * TableBytes;

    private readonly List<ReservedMemory> _chunks = [];
    private byte* _next;
    private byte* _end;
    private ulong* _freed;

    public ulong InUse { get; private set; }

    /// <summary>A table of 512 zero entries.</summary>
    public ulong* Take()
    {
        InUse++;
        ulong* table = _freed;
        if (table != null)
        {
            _freed = (ulong*)*table;
            *table = 0;
            return table;
        }

        if (_next == _end)
            Grow();
        if ((ulong)_next % AheadBytes == 0)
            ReservedMemory.Populate(_next, Math.Min(AheadBytes, (ulong)(_end - _next)));
        table = (ulong*)_next;
        _next += TableBytes;
        return table;
    }

    /// <summary>Takes back a table that is all zeros again.</summary>
    public void Give(ulong* table)
    {
        InUse--;
        *table = (ulong)_freed;
        _freed = table;
    }

    public void Dispose()
    {
        foreach (ReservedMemory chunk in _chunks)
            chunk.Dispose();
        _chunks.Clear();
    }

    private void Grow()
    {
        var chunk = new ReservedMemory(ChunkBytes);
        _chunks.Add(chunk);
        _next = chunk.Start;
        _end = chunk.Start + ChunkBytes;
    }
}
