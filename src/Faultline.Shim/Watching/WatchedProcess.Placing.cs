using System.Runtime.CompilerServices;
using Faultline.Kernel;
using Faultline.Shim.Ledger;

namespace Faultline.Shim.Watching;

// Blocks are put on pages: from now on a site pays for those that had no owner, also for the faults that the allocator's
// headers took on them before.
internal sealed unsafe partial class WatchedProcess
{
    /// <summary>A chunk of the heap was handed out. Its usable bytes end at <paramref name="end"/>, a word into the next chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PlaceOnHeap(ulong chunk, ulong end, int site)
    {
        Blocks.Retire(chunk, end - sizeof(ulong));
        // The size word is the first that is the chunk's own: the word before belongs to its neighbour.
        ulong first = chunk + sizeof(ulong);
        ref uint entry = ref Ledger.At(first);
        if (!PageLedger.HasOwner(entry))
            PlaceOnFirstPage(ref entry, chunk, site);
        if (((first ^ (end - 1)) >> PageSize.Shift) != 0)
            PlaceOnFurtherPages(PageSize.Down(first) + PageSize.Bytes, PageSize.Up(end), site);
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
        Lock();
        // The first block outside the break, in no heap: brk failed once and the allocator made heap of a mapping.
        int index = FindMapping(chunk);
        if (index >= 0 && Mappings[index].Kind == MappingKind.Unplaced)
        {
            Mappings[index].Kind = MappingKind.Heap;
            Mappings[index].OpenEnd = Mappings[index].End;
        }

        Own(ref entry, site);
        Unlock();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PlaceOnFurtherPages(ulong page, ulong end, int site)
    {
        while (page < end && PageLedger.HasOwner(Ledger.At(page)))
            page += PageSize.Bytes;
        if (page == end)
            return;
        Lock();
        for (; page < end; page += PageSize.Bytes)
            Own(ref Ledger.At(page), site);
        Unlock();
    }

    /// <summary>Of threads that find a page without owner at the same time, one is first.</summary>
    private void Own(ref uint entry, int site)
    {
        if (PageLedger.HasOwner(entry))
            return;
        uint pending = PageLedger.SetOwner(ref entry, site);
        _sites[site].MinorFaults += pending;
        AllocatorFaults -= pending;
    }
}
