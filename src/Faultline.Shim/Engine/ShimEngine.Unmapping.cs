using Faultline.Kernel;
using Faultline.Shim.Ledger;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// What munmap means for the books: mappings go whole, lose an end, or are cut in two, which makes two blocks of one.
internal sealed unsafe partial class ShimEngine
{
    /// <summary>Unmaps a page-aligned range that holds mappings of the program only.</summary>
    private void UnmapUser(EngineThread thread, ulong start, ulong end, int site)
    {
        BookUnmap(thread, start, end, site);
        _watched.Munmap(new VirtualAddress(start), end - start);
    }

    /// <summary>The same where the real kernel has taken the pages already.</summary>
    private void UnmapBooks(EngineThread thread, ulong start, ulong end, int site)
    {
        BookUnmap(thread, start, end, site);
        _watched.Abandon(start, end);
    }

    private void BookUnmap(EngineThread thread, ulong start, ulong end, int site)
    {
        MappingTable mappings = _watched.Mappings;
        for (int i = mappings.FirstStartingAtOrBelow(end - 1); i < mappings.Count && mappings[i].End > start; i++)
            if (mappings[i].Kind == MappingKind.User)
                CutMapping(thread, mappings[i], Math.Max(start, mappings[i].Start), Math.Min(end, mappings[i].End), site);
    }

    /// <summary>Books the part [start, end) of a mapping as released.</summary>
    private void CutMapping(EngineThread thread, in Mapping mapping, ulong start, ulong end, int site)
    {
        ref BlockTag tag = ref _blocks.Slot(mapping.Start);
        ulong requestedEnd = mapping.Start + tag.RequestedBytes;
        int owner = (int)tag.AllocationSite;
        bool keepsLow = mapping.Start < start;
        bool keepsHigh = end < mapping.End;
        ulong released = Overlap(start, end, mapping.Start, requestedEnd);
        thread.CountRelease(owner, released, end - start, blocks: keepsLow || keepsHigh ? 0UL : 1UL);
        if (keepsHigh)
            _blocks.PlaceMapping(end, requestedEnd - Math.Min(requestedEnd, end), owner);
        if (keepsLow)
            _blocks.PlaceMapping(mapping.Start, Math.Min(requestedEnd, start) - mapping.Start, owner);
        else
            BlockTable.Kill(ref tag, site);
        if (keepsLow && keepsHigh)
            thread.CountSplit(owner);
    }

    /// <summary>Makes two mappings, and two blocks, of the program's mapping that spans an address.</summary>
    private void SplitMapping(EngineThread thread, ulong address)
    {
        MappingTable mappings = _watched.Mappings;
        int index = mappings.Find(address);
        if (index < 0 || mappings[index].Start == address || mappings[index].Kind != MappingKind.User)
            return;
        Mapping mapping = mappings[index];
        ref BlockTag tag = ref _blocks.Slot(mapping.Start);
        ulong requestedEnd = mapping.Start + tag.RequestedBytes;
        int owner = (int)tag.AllocationSite;
        mappings.Remove(address, mapping.End);
        mappings.Insert(mapping with { Start = address, Chunk = address, Pending = 0 });
        _blocks.PlaceMapping(address, requestedEnd - Math.Min(requestedEnd, address), owner);
        _blocks.PlaceMapping(mapping.Start, Math.Min(requestedEnd, address) - mapping.Start, owner);
        thread.CountSplit(owner);
    }

    private static ulong Overlap(ulong start, ulong end, ulong otherStart, ulong otherEnd)
    {
        ulong low = Math.Max(start, otherStart);
        ulong high = Math.Min(end, otherEnd);
        return high > low ? high - low : 0;
    }
}
