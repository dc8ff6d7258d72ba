using Faultline.Kernel;
using Faultline.Kernel.Host;

namespace Faultline.Shim.Ledger;

/// <summary>
/// The mappings of the arena's mmap segment, ordered from the highest address to the lowest: the kernel hands out
/// addresses downwards, so that a new mapping usually goes to the end of the table and nothing has to move.
/// </summary>
internal sealed unsafe class MappingTable : IDisposable
{
    /// <summary>Room for vm.max_map_count mappings and then some; the table's memory is only reserved.</summary>
    private const int Capacity = 1 << 20;

    private readonly ReservedMemory _memory = new((ulong)Capacity * (ulong)sizeof(Mapping));
    private Mapping* Entries => (Mapping*)_memory.Start;

    public int Count { get; private set; }

    /// <summary>Entry by position, highest addresses first; valid until the next change of the table.</summary>
    public ref Mapping this[int index] => ref Entries[index];

    /// <summary>The mapping that holds an address, or -1.</summary>
    public int Find(ulong address)
    {
        int index = FirstStartingAtOrBelow(address);
        return index < Count && address < Entries[index].End ? index : -1;
    }

    /// <summary>Position of the highest mapping that starts at or below an address; <see cref="Count"/> if none does.</summary>
    public int FirstStartingAtOrBelow(ulong address)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (Entries[middle].Start <= address)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    /// <summary>Adds a mapping that overlaps none. Throws <see cref="InvalidOperationException"/> when the table is full.</summary>
    public int Insert(in Mapping mapping)
    {
        if (Count == Capacity)
            throw new InvalidOperationException($"more than {Capacity} mappings");
        int index = FirstStartingAtOrBelow(mapping.Start);
        MoveTail(index, index + 1);
        Entries[index] = mapping;
        Count++;
        return index;
    }

    public void RemoveAt(int index)
    {
        Count--;
        MoveTail(index + 1, index, Count - index);
    }

    /// <summary>
    /// Takes a page-aligned range out, cutting mappings that reach over its ends; the upper part of one that is cut in two is a
    /// new entry like the lower.
    /// </summary>
    public void Remove(ulong start, ulong end)
    {
        int index = FirstStartingAtOrBelow(end - 1);
        while (index < Count && Entries[index].End > start)
        {
            Mapping old = Entries[index];
            RemoveAt(index);
            if (old.Start < start)
                Insert(old with { End = start, Chunk = Math.Min(old.Chunk, start - PageSize.Bytes) });
            if (old.End > end)
                Insert(old with { Start = end, Chunk = Math.Max(old.Chunk, end), Pending = 0 });
            index = FirstStartingAtOrBelow(end - 1);
        }
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> where an entry is empty, unaligned, out of order or overlaps its neighbour.</summary>
    public void CheckInvariants()
    {
        for (int i = 0; i < Count; i++)
        {
            Mapping mapping = Entries[i];
            bool aligned = ((mapping.Start | mapping.End) & PageSize.Mask) == 0 && (mapping.Chunk & 15) == 0;
            bool ordered = i == 0 || mapping.End <= Entries[i - 1].Start;
            if (!aligned || !ordered || mapping.Start >= mapping.End || mapping.Chunk < mapping.Start || mapping.Chunk >= mapping.End)
                throw new InvalidOperationException($"mapping {i} of {Count}: [0x{mapping.Start:x}, 0x{mapping.End:x}), chunk 0x{mapping.Chunk:x}");
        }
    }

    public void Dispose() => _memory.Dispose();

    private void MoveTail(int from, int to) => MoveTail(from, to, Count - from);

    private void MoveTail(int from, int to, int count)
        => Buffer.MemoryCopy(Entries + from, Entries + to, (long)(Capacity - to) * sizeof(Mapping), (long)count * sizeof(Mapping));
}
