using System.Runtime.CompilerServices;
using Faultline.Api;
using Faultline.Kernel;
using Faultline.Kernel.Host;
using Faultline.Shim.Host;
using Faultline.Shim.Ledger;
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
        HostLock.Enter(ref _lock);
        try
        {
            site = Count(site);
            ulong block = _malloc.Allocate(Self().Malloc, size);
            return Answer(block, requested, family, site);
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return RealAllocator.malloc(size);
        }
        finally
        {
            HostLock.Exit(ref _lock);
        }
    }

    public void* AllocateZeroed(nuint count, nuint size, AllocationFamily family, int site)
    {
        if (_steppedAside)
            return RealAllocator.calloc(count, size);
        HostLock.Enter(ref _lock);
        try
        {
            site = Count(site);
            ulong block = _malloc.Calloc(Self().Malloc, count, size);
            return Answer(block, unchecked(count * size), family, site);
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return RealAllocator.calloc(count, size);
        }
        finally
        {
            HostLock.Exit(ref _lock);
        }
    }

    /// <summary>memalign and aligned_alloc. Null also for an alignment above 2^63; <paramref name="error"/> tells the two apart.</summary>
    public void* AllocateAligned(nuint alignment, nuint size, nuint requested, AllocationFamily family, int site, out Errno error)
    {
        error = alignment > (nuint)1 << 63 ? Errno.EINVAL : Errno.ENOMEM;
        if (_steppedAside)
            return RealAllocator.memalign(alignment, size);
        HostLock.Enter(ref _lock);
        try
        {
            site = Count(site);
            ulong block = _malloc.AlignedAllocate(Self().Malloc, alignment, size);
            return Answer(block, requested, family, site);
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return RealAllocator.memalign(alignment, size);
        }
        finally
        {
            HostLock.Exit(ref _lock);
        }
    }

    /// <summary>Enters the allocator's answer: tag, pages, guard and counters, or the failure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void* Answer(ulong block, ulong requested, AllocationFamily family, int site)
    {
        if (block == 0)
            _sites[site].Failures++;
        else
            Place(block, requested, family, site);
        return (void*)block;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Place(ulong block, ulong requested, AllocationFamily family, int site)
    {
        ulong chunk = block - BlockTable.HeaderBytes;
        ulong usable = _malloc.UsableSize(block);
        ulong limit = block + usable;
        SiteCounters* counters = _sites + site;
        if (_malloc.IsMapped(block))
        {
            counters->MappedAllocations++;
            _watched.PlaceOnMapping(chunk, MappingKind.Block, site);
        }
        else
        {
            _watched.PlaceOnHeap(chunk, limit, site);
            limit += NextSizeWord;
        }

        if (_assumes)
            _watched.Assume(block, requested);
        _blocks.Place(chunk, requested, limit, site, family);
        CountAllocation(counters, requested, usable);
    }

    /// <summary>Where a block's guard ends: for a chunk of the heap behind the size word of the next chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong GuardLimit(ulong block, ulong usable) => block + usable + (_malloc.IsMapped(block) ? 0 : NextSizeWord);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CountAllocation(SiteCounters* counters, ulong requested, ulong usable)
    {
        counters->Allocations++;
        counters->RequestedBytes += requested;
        counters->UsableBytes += usable;
        ulong live = counters->RequestedBytes - counters->ReleasedRequestedBytes;
        if (live > counters->PeakLiveBytes)
            counters->PeakLiveBytes = live;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CountRelease(SiteCounters* counters, ulong requested, ulong usable)
    {
        counters->Released++;
        counters->ReleasedRequestedBytes += requested;
        counters->ReleasedUsableBytes += usable;
    }

    private static void* NativeMemory_OrNull(nuint size) => RealAllocator.malloc(size);
}
