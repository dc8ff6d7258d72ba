using Faultline.Kernel;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

// Mappings that the program made itself. The model chooses where they lie, so that a fixed address or a hint is not followed; each
// counts as one block of its site. Only calls that begin at a mapping's start are replayed.
internal sealed partial class ReplayRun
{
    private readonly ReplayedBlocks _mappings;

    private void ApplyToMapping(in TraceEvent e)
    {
        int site = SiteOf(e);
        _sites.At(site).Calls++;
        if (e.Kind == TraceEventKind.Mmap)
        {
            Map(e, site);
            return;
        }

        ulong start = e.Kind == TraceEventKind.Mremap ? e.OldAddress : e.Address;
        if (!_mappings.TryGet(start, out ReplayedBlock mapping))
            Oddities.UnknownMappings++;
        else if (e.Kind == TraceEventKind.Madvise)
            _malloc.Process.Madvise(new(mapping.Pointer), Math.Min(PageSize.Up(e.Size), mapping.Usable), (Advice)e.Argument);
        else if (e.Kind == TraceEventKind.Munmap)
            Unmap(start, mapping, PageSize.Up(e.Size));
        else if (!e.Failed)
            Remap(e, mapping, site);
    }

    private void Map(in TraceEvent e, int site)
    {
        if (e.Failed || e.Size == 0)
        {
            _sites.At(site).Failures++;
            return;
        }

        const MapFlags Kept = MapFlags.NoReserve;
        SystemCallResult result = _malloc.Process.Mmap(VirtualAddress.Null, e.Size, (Protection)e.MmapProtection, MapFlags.Private | ((MapFlags)e.MmapFlags & Kept));
        if (result.Failed)
            _sites.At(site).Failures++;
        else
            EnterMapping(e.Address, result.Address.Value, e.Size, site);
        if (!result.Failed && ((MapFlags)e.MmapFlags & MapFlags.Populate) != 0)
            _charged.AccessRange(result.Address.Value, e.Size, AccessKind.Write);
    }

    private void Unmap(ulong start, in ReplayedBlock mapping, ulong length)
    {
        length = Math.Min(length, mapping.Usable);
        if (length == 0 || _malloc.Process.Munmap(new(mapping.Pointer), length).Failed)
            return;
        _mappings.Remove(start, out _);
        // What is left of it stays the same block, from a later address on.
        if (length < mapping.Usable)
            _mappings.Add(start + length, mapping with { Pointer = mapping.Pointer + length, Usable = mapping.Usable - length });
        else
            _sites.CountRelease(mapping.Site, mapping.Requested, PageSize.Up(mapping.Requested));
    }

    private void Remap(in TraceEvent e, in ReplayedBlock mapping, int site)
    {
        SystemCallResult result = _malloc.Process.Mremap(new(mapping.Pointer), mapping.Usable, e.Size, mayMove: true);
        if (result.Failed)
        {
            _sites.At(site).Failures++;
            return;
        }

        _mappings.Remove(e.OldAddress, out _);
        _sites.CountRelease(mapping.Site, mapping.Requested, PageSize.Up(mapping.Requested));
        _sites.At(site).Moves += result.Address.Value != mapping.Pointer ? 1UL : 0;
        EnterMapping(e.Address, result.Address.Value, e.Size, site);
    }

    private void EnterMapping(ulong address, ulong pointer, ulong length, int site)
    {
        _charged.Place(pointer, pointer + length, site);
        _sites.CountAllocation(site, length, PageSize.Up(length), mapped: true);
        _mappings.Add(address, new ReplayedBlock(pointer, length, PageSize.Up(length), site));
    }
}
