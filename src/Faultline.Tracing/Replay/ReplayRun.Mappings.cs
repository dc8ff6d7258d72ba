using Faultline.Kernel;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

// Mappings that the program made itself; each counts as one block of its site. As long as the replay is faithful the calls are made at
// the recorded addresses; else the model chooses where mappings lie, and fixed addresses and hints are not followed.
internal sealed partial class ReplayRun
{
    private readonly ReplayedBlocks _mappings;

    private void ApplyToMapping(in TraceEvent e)
    {
        CountCall(e);
        if (e.Kind == TraceEventKind.Mmap)
            Map(e, SiteOf(e));
        else if (e.Failed)
            _sites.At(SiteOf(e)).Failures += e.Kind == TraceEventKind.Mremap ? 1UL : 0;
        else if (e.Kind == TraceEventKind.Madvise)
            Advise(e);
        else if (e.Kind == TraceEventKind.Munmap)
            Unmap(e.Address, PageSize.Up(e.Size));
        else if (_mappings.TryGet(e.OldAddress, out ReplayedBlock mapping))
            Remap(e, mapping, SiteOf(e));
        else
            Oddities.UnknownMappings++;
    }

    /// <summary>mprotect is no event of a trace, so what the program mapped may be read and written.</summary>
    private void Map(in TraceEvent e, int site)
    {
        if (e.Failed || e.Size == 0)
        {
            _sites.At(site).Failures++;
            return;
        }

        MapFlags flags = (MapFlags)e.MmapFlags;
        MapFlags kept = flags & (_isFaithful ? MapFlags.NoReserve | MapFlags.Fixed | MapFlags.FixedNoReplace : MapFlags.NoReserve);
        SystemCallResult result = _malloc.Process.Mmap(new(_isFaithful ? e.OldAddress : 0), e.Size, Protection.ReadWrite, MapFlags.Private | kept);
        if (result.Failed)
            _sites.At(site).Failures++;
        else
            EnterMapping(e, result.Address.Value);
        if (!result.Failed && (flags & MapFlags.Populate) != 0)
            _charged.AccessRange(result.Address.Value, e.Size, AccessKind.Write);
    }

    private void Advise(in TraceEvent e)
    {
        if (_isFaithful && e.Address >= _charged.Owners.Start && e.Size <= _charged.Owners.End - e.Address)
            _charged.Advise(e.Address, e.Size, (Advice)e.Argument);
        else if (_mappings.Overlapping(e.Address, e.Address + 1) is [var (start, mapping)])
            _charged.Advise(mapping.Pointer + (e.Address - start), Math.Min(PageSize.Up(e.Size), mapping.Usable - (e.Address - start)), (Advice)e.Argument);
        else
            Oddities.UnknownMappings++;
    }

    /// <summary>Mappings go whole, lose an end, or are cut in two, which makes two blocks of one.</summary>
    private void Unmap(ulong start, ulong length)
    {
        List<(ulong Address, ReplayedBlock Block)> parts = _mappings.Overlapping(start, start + length);
        if (parts.Count == 0)
            Oddities.UnknownMappings++;
        // One call may take away several mappings.
        if (_isFaithful && parts.Count > 0)
            _malloc.Process.Munmap(new(start), length);
        foreach ((ulong address, ReplayedBlock block) in parts)
        {
            ulong from = Math.Max(start, address), to = Math.Min(start + length, address + block.Usable);
            if (!_isFaithful)
                _malloc.Process.Munmap(new(block.Pointer + (from - address)), to - from);
            Cut(address, block, from - address, to - address);
        }
    }

    /// <summary>Books the part [from, to) of a mapping as released.</summary>
    private void Cut(ulong address, in ReplayedBlock block, ulong from, ulong to)
    {
        _mappings.Remove(address, out _);
        bool keepsLow = from > 0, keepsHigh = to < block.Usable;
        if (keepsLow)
            _mappings.Add(address, block with { Requested = Math.Min(block.Requested, from), Usable = from });
        if (keepsHigh)
            _mappings.Add(address + to, block with { Pointer = block.Pointer + to, Requested = block.Requested - Math.Min(block.Requested, to), Usable = block.Usable - to });
        _sites.CountCut(block.Owner, Math.Min(block.Requested, to) - Math.Min(block.Requested, from), to - from,
            released: keepsLow || keepsHigh ? 0UL : 1, split: keepsLow && keepsHigh ? 1UL : 0);
        if (!keepsLow && !keepsHigh)
            Meter?.Released(block.Pointer);
    }

    private void Remap(in TraceEvent e, in ReplayedBlock mapping, int site)
    {
        SystemCallResult result = _malloc.Process.Mremap(new(mapping.Pointer), mapping.Usable, e.Size, mayMove: e.Argument != 0 || !_isFaithful);
        if (result.Failed)
        {
            _sites.At(site).Failures++;
            return;
        }

        _mappings.Remove(e.OldAddress, out _);
        _sites.CountRelease(mapping.Owner, mapping.Requested, mapping.Usable);
        Meter?.Released(mapping.Pointer);
        _sites.At(site).Moves += result.Address.Value != mapping.Pointer ? 1UL : 0;
        EnterMapping(e, result.Address.Value);
    }

    private void EnterMapping(in TraceEvent e, ulong pointer)
    {
        (ulong address, ulong length) = (e.Address, e.Size);
        int owner = OwnerOf(e, length);
        _isFaithful &= pointer == address;
        _charged.PlaceMapping(pointer, pointer + length, owner);
        _sites.CountAllocation(owner, length, PageSize.Up(length), mapped: true);
        Meter?.Allocated(pointer, length, SiteOf(e));
        _mappings.Add(address, new ReplayedBlock(pointer, length, PageSize.Up(length), owner));
    }
}
