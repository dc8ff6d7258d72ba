using Faultline.Kernel;
using Faultline.Shim.Ledger;

namespace Faultline.Shim.Watching;

// Who holds how many resident pages, and whether all the books agree.
internal sealed unsafe partial class WatchedProcess
{
    /// <summary>Resident pages of the heap; those of mappings are the rest of the process's.</summary>
    public ulong CountHeapPages(uint* pagesOfSite)
    {
        ulong heap = CountLedgerPages(Arena.Start, HeapEnd, pagesOfSite);
        for (int i = 0; i < Mappings.Count; i++)
            if (Mappings[i].Kind == MappingKind.Heap)
                heap += CountLedgerPages(Mappings[i].Start, Math.Min(Mappings[i].OpenEnd, Mappings[i].End), pagesOfSite);
        return heap;
    }

    /// <summary>Adds the resident pages of blocks that are mappings of their own, and of the program's mappings, to their sites.</summary>
    public ulong CountMappedPages(uint* pagesOfSite)
    {
        ulong total = 0;
        for (int i = 0; i < Mappings.Count; i++)
        {
            Mapping mapping = Mappings[i];
            if (mapping.Kind == MappingKind.Heap)
                continue;
            uint pages = 0;
            for (ulong page = mapping.Start; page < mapping.End; page += PageSize.Bytes)
                if (IsResident(page))
                    pages++;
            total += pages;
            if (mapping.HasOwner)
                pagesOfSite[mapping.Site] += pages;
        }

        return total;
    }

    /// <summary>Whether the simulated process has a frame for the page.</summary>
    public bool IsResident(ulong page) => Process.StateOf(new VirtualAddress(page)) is PageState.Private or PageState.PrivateHuge;

    /// <summary>The same for a page of the heap, without the lock: it is taken where the ledger does not say.</summary>
    public bool IsHeapPageResident(ulong page)
    {
        if (Ledger.IsSettled(page))
            return true;
        Lock();
        bool isResident = IsResident(page);
        Unlock();
        return isResident;
    }

    /// <summary>
    /// The sites' and the allocator's faults are the process's; settled pages are private; no real page outside the arena's used parts
    /// counts. Throws <see cref="InvalidOperationException"/> with the values.
    /// </summary>
    public void CheckInvariants(int siteCount)
    {
        Mappings.CheckInvariants();
        ulong charged = AllocatorFaults;
        for (int site = 0; site <= siteCount; site++)
            charged += _sites[site].MinorFaults;
        if (charged != Process.MinorFaults)
            throw new InvalidOperationException($"sites and allocator were charged {charged} faults (allocator {AllocatorFaults}), the process took {Process.MinorFaults}");
        for (ulong page = Arena.Start; page < HeapEnd; page += PageSize.Bytes)
            if (Ledger.IsSettled(page) && !IsResident(page))
                throw new InvalidOperationException($"page 0x{page:x} is settled but {Process.StateOf(new VirtualAddress(page))}");
        for (int i = 0; i < Mappings.Count; i++)
            if (Mappings[i].Kind == MappingKind.Unplaced)
                throw new InvalidOperationException($"mapping [0x{Mappings[i].Start:x}, 0x{Mappings[i].End:x}) was never placed");
    }

    private ulong CountLedgerPages(ulong start, ulong end, uint* pagesOfSite)
    {
        ulong pages = 0;
        for (ulong page = start; page < end; page += PageSize.Bytes)
        {
            if (!IsResident(page))
                continue;
            pages++;
            uint entry = Ledger.At(page);
            if (PageLedger.HasOwner(entry))
                pagesOfSite[PageLedger.Owner(entry)]++;
        }

        return pages;
    }
}
