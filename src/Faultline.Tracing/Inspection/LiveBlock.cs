namespace Faultline.Tracing.Inspection;

/// <summary>
/// A live block of a replay: the model's address of it, what was asked for, what is usable, who asked, and where its mapping starts (0: it lies in a heap).
/// </summary>
internal readonly record struct LiveBlock(ulong Pointer, ulong Requested, ulong Usable, int Site, ulong Mapping);

/// <summary>Live blocks by rising address, to be asked whose a chunk is.</summary>
internal sealed class LiveBlocks
{
    private readonly ulong[] _pointers;

    public LiveBlocks(List<LiveBlock> blocks)
    {
        blocks.Sort((a, b) => a.Pointer.CompareTo(b.Pointer));
        All = blocks;
        _pointers = new ulong[blocks.Count];
        for (int i = 0; i < _pointers.Length; i++)
            _pointers[i] = blocks[i].Pointer;
    }

    public IReadOnlyList<LiveBlock> All { get; }

    /// <summary>The site of the block that malloc answered for a chunk: alignment can put it further into the chunk. <see cref="HeapMap.NoSite"/> where there is none.</summary>
    public int SiteOf(ulong pointer, ulong end)
    {
        int index = Array.BinarySearch(_pointers, pointer);
        if (index < 0)
            index = ~index;
        return index < _pointers.Length && _pointers[index] < end ? All[index].Site : HeapMap.NoSite;
    }
}
