using System.Runtime.CompilerServices;
using Faultline.Kernel;
using Faultline.Shim.Ledger;

namespace Faultline.Shim.Watching;

// Blocks are put on pages: from now on a site pays for those that had no owner, also for the faults that the allocator's
// headers took on them before.
internal sealed unsafe partial class WatchedProcess
{
    /// <summary>A chunk of the heap whose last usable byte is before <paramref name="end"/> was handed out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PlaceOnHeap(ulong chunk, ulong end, int site)
    {
        Blocks.Retire(chunk, end);
        // The size word is the first that is the chunk's own: the word before belongs to its neighbour.
        ulong first = chunk + sizeof(ulong);
        ref uint entry = ref Ledger.At(first);
        if (!PageLedger.HasOwner(entry))
            PlaceOnFirstPage(ref entry, chunk, site);
        if (((first ^ (end - 1)) >> PageSize.Shift) != 0)
            PlaceOnFurtherPages(first, end, site);
    }

    /// <summary>A block that is a mapping of its own was handed out, or got a new owner by realloc.</summary>
    public void PlaceOnMapping(ulong chunk, MappingKind kind, int site)
    {
        int index = Mappings.Find(chunk);
        if (index < 0)
            throw new InvalidOperationException($"the mapped chunk at 0x{chunk:x} lies in no mapping");
        ref Mapping mapping = ref Mappings[index];
        mapping.Kind = kind;
        mapping.Site = site;
        mapping.Chunk = chunk;
        _sites[site].MinorFaults += mapping.Pending;
        AllocatorFaults -= mapping.Pending;
        mapping.Pending = 0;
    }

    /// <summary>With nothing to observe: the program is taken to write all that it asked for.</summary>
    public void Assume(ulong block, ulong requested)
    {
        if (requested > 0)
            TouchRange(PageSize.Down(block), PageSize.Up(block + requested), AccessKind.Write);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PlaceOnFirstPage(ref uint entry, ulong chunk, int site)
    {
        // The first block outside the break, in no heap: brk failed once and the allocator made heap of a mapping.
        int index = FindMapping(chunk);
        if (index >= 0 && Mappings[index].Kind == MappingKind.Unplaced)
        {
            Mappings[index].Kind = MappingKind.Heap;
            Mappings[index].OpenEnd = Mappings[index].End;
        }

        Own(ref entry, site);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PlaceOnFurtherPages(ulong first, ulong end, int site)
    {
        ulong page = PageSize.Down(first) + PageSize.Bytes;
        ulong last = PageSize.Up(end);
        for (; page < last; page += PageSize.Bytes)
        {
            ref uint entry = ref Ledger.At(page);
            if (!PageLedger.HasOwner(entry))
                Own(ref entry, site);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Own(ref uint entry, int site)
    {
        uint pending = PageLedger.SetOwner(ref entry, site);
        _sites[site].MinorFaults += pending;
        AllocatorFaults -= pending;
    }
}
