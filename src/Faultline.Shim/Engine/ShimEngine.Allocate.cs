using System.Runtime.CompilerServices;
using Faultline.Api;
using Faultline.Kernel;
using Faultline.Shim.Host;
using Faultline.Shim.Ledger;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// Calls that hand out blocks. Null means that memory is out, as in C. "Requested" is what the program asked for; .NET asks
// the C library for more in places (1 byte for 0, whole multiples of an alignment).
internal sealed unsafe partial class ShimEngine
{
    private const ulong NextSizeWord = sizeof(ulong);

    public void* Allocate(nuint size, nuint requested, AllocationFamily family, int site)
    {
        if (_steppedAside)
            return RealAllocator.malloc(size);
        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            Sample(thread, requested);
            void* block = Answer(thread, _malloc.Allocate(thread.Malloc, size), requested, family, site);
            RecordMalloc(thread, block, size, requested, site);
            return block;
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return RealAllocator.malloc(size);
        }
    }

    public void* AllocateZeroed(nuint count, nuint size, AllocationFamily family, int site)
    {
        if (_steppedAside)
            return RealAllocator.calloc(count, size);
        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            Sample(thread, unchecked(count * size));
            void* block = Answer(thread, _malloc.Calloc(thread.Malloc, count, size), unchecked(count * size), family, site);
            if (_recorder != null)
                RecordAllocation(thread, TraceEventKind.Calloc, block, null, size, count, size, site);
            return block;
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return RealAllocator.calloc(count, size);
        }
    }

    /// <summary>memalign and aligned_alloc. Null also for an alignment above 2^63; <paramref name="error"/> tells the two apart.</summary>
    public void* AllocateAligned(nuint alignment, nuint size, nuint requested, AllocationFamily family, int site, out Errno error)
    {
        error = alignment > (nuint)1 << 63 ? Errno.EINVAL : Errno.ENOMEM;
        if (_steppedAside)
            return RealAllocator.memalign(alignment, size);
        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            Sample(thread, requested);
            void* block = Answer(thread, _malloc.AlignedAllocate(thread.Malloc, alignment, size), requested, family, site);
            if (_recorder != null)
                RecordAllocation(thread, TraceEventKind.Memalign, block, null, size, alignment, requested, site);
            return block;
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return RealAllocator.memalign(alignment, size);
        }
    }

    /// <summary>Enters the allocator's answer: tag, pages, guard and counters, or the failure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void* Answer(EngineThread thread, ulong block, ulong requested, AllocationFamily family, int site)
    {
        if (block == 0)
            thread.CountFailure(site);
        else
            Place(thread, block, requested, family, site);
        return (void*)block;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Place(EngineThread thread, ulong block, ulong requested, AllocationFamily family, int site)
    {
        ulong chunk = block - BlockTable.HeaderBytes;
        ulong usable = _malloc.LiveSize(block, out bool mapped);
        if (mapped)
            PlaceOnMapping(chunk, site);
        else
            _watched.PlaceOnHeap(chunk, block + usable, site);
        if (_assumes)
            Assume(block, requested);
        _blocks.Place(chunk, requested, GuardLimit(block, usable, mapped), site, family);
        thread.CountAllocation(site, requested, usable, mapped);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PlaceOnMapping(ulong chunk, int site)
    {
        _watched.Lock();
        _watched.PlaceOnMapping(chunk, MappingKind.Block, site);
        _watched.Unlock();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Assume(ulong block, ulong requested)
    {
        _watched.Lock();
        _watched.Assume(block, requested);
        _watched.Unlock();
    }

    /// <summary>Where a block's guard ends: for a chunk of the heap behind the size word of the next chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong GuardLimit(ulong block, ulong usable, bool mapped) => block + usable + (mapped ? 0 : NextSizeWord);
}
