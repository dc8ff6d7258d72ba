namespace Faultline.Tracing.Generation;

/// <summary>The order in which an emptying phase frees.</summary>
internal enum FreeOrder
{
    Random,
    NewestFirst,
    OldestFirst,
    EveryOther,
}

/// <summary>The blocks of a trace that live, in about the order of their allocation, with their sizes.</summary>
internal sealed class LiveBlocks
{
    private readonly List<(uint Number, ulong Size)> _blocks = [];
    private int _cursor;

    public int Count => _blocks.Count;

    /// <summary>Sum of the sizes, bytes.</summary>
    public ulong Bytes { get; private set; }

    public (uint Number, ulong Size) this[int index] => _blocks[index];

    public void Add(uint number, ulong size)
    {
        _blocks.Add((number, size));
        Bytes += size;
    }

    public void Resize(int index, ulong size)
    {
        Bytes += size - _blocks[index].Size;
        _blocks[index] = (_blocks[index].Number, size);
    }

    /// <summary>Which one is freed next.</summary>
    public int Choose(ref TraceRandom random, FreeOrder order) => order switch
    {
        FreeOrder.NewestFirst => Count - 1,
        FreeOrder.OldestFirst => 0,
        FreeOrder.EveryOther => _cursor = (_cursor + 1) % Count,
        _ => random.Below(Count),
    };

    public void Remove(int index)
    {
        Bytes -= _blocks[index].Size;
        _blocks.RemoveAt(index);
    }
}
