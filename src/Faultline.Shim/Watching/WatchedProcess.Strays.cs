using Faultline.Kernel;
using Faultline.Shim.Ledger;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Watching;

// Pages that are present where no block is. Real glibc and the kernel would have ended the program there, or let it read
// another block's bytes; here it goes on, and the report names the block that was there last.
internal sealed unsafe partial class WatchedProcess
{
    /// <summary>Released mappings that are remembered, a power of two.</summary>
    private const int Remembered = 256;

    private readonly ReleasedMapping[] _released = new ReleasedMapping[Remembered];
    private int _releasedCount;

    /// <summary>A run of pages that no block explains is one finding, and is reported once.</summary>
    private void ReportStrays(ulong start, ulong end)
    {
        ulong count = 0;
        ulong first = 0;
        for (ulong page = start; page < end; page += PageSize.Bytes)
        {
            ref uint entry = ref Ledger.At(page);
            if ((entry & PageLedger.Strayed) != 0)
                continue;
            entry |= PageLedger.Strayed;
            if (count++ == 0)
                first = page;
        }

        if (count == 0)
            return;
        ulong heapStart = HeapStartOf(first);
        BlockTag owner = heapStart != 0
            ? Blocks.LastFreedAt(first, heapStart, out ulong block)
            : LastMappedAt(first, out block);
        _findings.Add(FindingKind.TouchOfFreedPage, first, count, owner, block);
    }

    /// <summary>Where the heap memory starts that an address lies in or lay in; 0 if it was never heap.</summary>
    private ulong HeapStartOf(ulong address)
    {
        if (address < _highestHeapEnd)
            return Arena.Start;
        int index = Mappings.Find(address);
        return index >= 0 && Mappings[index].Kind == MappingKind.Heap ? Mappings[index].Start : 0;
    }

    private void RememberReleased(in Mapping mapping)
    {
        BlockTag tag = Blocks.Slot(mapping.Chunk);
        _released[_releasedCount++ & (Remembered - 1)] = new ReleasedMapping(mapping.Start, mapping.End, mapping.Chunk, tag);
    }

    private BlockTag LastMappedAt(ulong address, out ulong block)
    {
        for (int i = 1; i <= Math.Min(_releasedCount, Remembered); i++)
        {
            ReleasedMapping released = _released[(_releasedCount - i) & (Remembered - 1)];
            if (address < released.Start || address >= released.End)
                continue;
            block = SessionBlocks.Describe(released.Tag, released.Chunk).Address;
            return released.Tag;
        }

        block = 0;
        return default;
    }

    private readonly record struct ReleasedMapping(ulong Start, ulong End, ulong Chunk, BlockTag Tag);
}
