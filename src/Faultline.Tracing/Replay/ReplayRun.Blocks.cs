using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

// Blocks: an address of the trace names the model's block from the event that answers it to the one that frees it.
internal sealed partial class ReplayRun
{
    private const ulong HeaderBytes = 16;

    private readonly AllocationTurns _turns = new();

    /// <summary>What the program asked for, where .NET asked malloc for more.</summary>
    private static ulong Requested(in TraceEvent e) => e.Size - Math.Min(e.Argument, e.Size);

    private void Allocate(in TraceEvent e)
    {
        int site = SiteOf(e);
        CountCall(e);
        FreeImplied(e.Address);
        MallocThread thread = ThreadOf(e.Thread);
        if (_machine.HasRecordedSpace && !thread.IsAttached)
            _malloc.AdoptArena(thread, e.Address);
        ulong requested = Requested(e);
        ulong pointer;
        switch (e.Kind)
        {
            case TraceEventKind.Calloc:
                // The trace has the bytes of an element first, calloc(3) the number of elements.
                pointer = _malloc.Calloc(thread, e.Second, e.Size);
                requested = e.Size * e.Second;
                break;
            case TraceEventKind.Memalign or TraceEventKind.PosixMemalign:
                pointer = _malloc.AlignedAllocate(thread, e.Second, e.Size);
                break;
            default:
                pointer = _malloc.Allocate(thread, e.Size);
                break;
        }

        Answer(e, pointer, requested, site);
    }

    private void Reallocate(in TraceEvent e)
    {
        int site = SiteOf(e);
        CountCall(e);
        if (e.Address != e.OldAddress)
            FreeImplied(e.Address);
        MallocThread thread = ThreadOf(e.Thread);
        bool known = _blocks.TryGet(e.OldAddress, out ReplayedBlock old);
        if (!known && e.OldAddress != 0)
            Oddities.UnknownReallocs++;
        ulong pointer = _malloc.Reallocate(thread, old.Pointer, e.Size);
        if (!known || old.Pointer == 0)
        {
            _blocks.Remove(e.OldAddress, out _);
            Answer(e, pointer, Requested(e), site);
        }
        else if (pointer != 0 || e.Size == 0)
        {
            _blocks.Remove(e.OldAddress, out _);
            _sites.CountRelease(old.Owner, old.Requested, old.Usable);
            Meter?.Released(old.Pointer);
            if (pointer == 0)
                return;
            if (pointer == old.Pointer && !_malloc.IsMapped(pointer))
                _charged.ReleaseUntouched(PageSize.Up(pointer + _malloc.UsableSize(pointer)), old.Pointer + old.Usable);
            _sites.At(site).Moves += pointer != old.Pointer ? 1UL : 0;
            // A failure of the trace keeps the block under its old address.
            Enter(e, e.Address == 0 ? e.OldAddress : e.Address, pointer, Requested(e));
        }
        else
        {
            _sites.At(site).Failures++;
            _blocks.Remove(e.OldAddress, out _);
            _blocks.Add(e.Address == 0 ? e.OldAddress : e.Address, old);
        }
    }

    private void Free(in TraceEvent e)
    {
        CountCall(e);
        if (e.Address == 0)
            return;
        if (!_blocks.Remove(e.Address, out ReplayedBlock block))
        {
            Oddities.UnknownFrees++;
            return;
        }

        if (block.Turn != 0 && block.Thread == e.Thread && _turns.Since(e.Thread, block.Turn) <= _temporaryWithin)
            _sites.CountTemporary(block.Owner, block.Requested);
        Release(ThreadOf(e.Thread), block);
    }

    /// <summary>An address cannot be handed out twice: that its block was freed is missing from the trace.</summary>
    private void FreeImplied(ulong address)
    {
        if (address == 0 || !_blocks.Remove(address, out ReplayedBlock block))
            return;
        Oddities.ImpliedFrees++;
        Release(_malloc.MainThread, block);
    }

    private void Release(MallocThread thread, in ReplayedBlock block)
    {
        if (block.Pointer == 0)
            return;
        if (!_malloc.IsMapped(block.Pointer) && PageSize.Down(block.Pointer - sizeof(ulong)) != PageSize.Down(block.Pointer + block.Usable - 1))
            _charged.ReleaseUntouched(block.Pointer - sizeof(ulong), block.Pointer + block.Usable);
        _malloc.Free(thread, block.Pointer);
        _sites.CountRelease(block.Owner, block.Requested, block.Usable);
        Meter?.Released(block.Pointer);
    }

    /// <summary>The model's answer to an allocation: the block's pages and counters, or the failure.</summary>
    private void Answer(in TraceEvent e, ulong pointer, ulong requested, int site)
    {
        if (pointer == 0)
        {
            _sites.At(site).Failures++;
            if (e.Address != 0)
                _blocks.Add(e.Address, new ReplayedBlock(0, requested, 0, site));
        }
        else if (e.Address == 0)
        {
            Oddities.UnexpectedSuccesses++;
            _malloc.Free(ThreadOf(e.Thread), pointer);
        }
        else
        {
            Enter(e, e.Address, pointer, requested);
        }
    }

    private void Enter(in TraceEvent e, ulong address, ulong pointer, ulong requested)
    {
        int owner = OwnerOf(e, requested);
        ulong usable = _malloc.UsableSize(pointer);
        bool mapped = _malloc.IsMapped(pointer);
        _isFaithful &= pointer == address;
        if (mapped)
            _charged.PlaceMapping(PageSize.Down(pointer - HeaderBytes - _malloc.MappingLeadOf(pointer)), pointer + usable, owner);
        else
            // The size word is the first that is the chunk's own: the word before belongs to its neighbour.
            _charged.Place(pointer - sizeof(ulong), pointer + usable, owner);
        if (_assumesWritten)
            _charged.AccessRange(pointer, requested, AccessKind.Write);
        _sites.CountAllocation(owner, requested, usable, mapped);
        Meter?.Allocated(pointer, requested, SiteOf(e));
        _blocks.Add(address, new ReplayedBlock(pointer, requested, usable, owner, e.Thread, _turns.Next(e.Thread)));
    }
}
