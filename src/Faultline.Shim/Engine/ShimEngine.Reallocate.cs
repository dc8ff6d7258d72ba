using System.Runtime.CompilerServices;
using Faultline.Api;
using Faultline.Kernel;
using Faultline.Kernel.Host;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// realloc, and .NET's AlignedRealloc.
internal sealed unsafe partial class ShimEngine
{
    /// <summary>
    /// realloc with a size above 0: resizes a block of either allocator, or hands out a new one for null. Null when memory is
    /// out; the old block is then untouched. A pointer that may not be resized is reported, and a new block is handed out.
    /// </summary>
    public void* Reallocate(void* block, nuint size, nuint requested, AllocationFamily family, int site)
    {
        if (block == null)
            return Allocate(size, requested, family, site);
        if (!Owns(block))
        {
            CountElsewhere(site, foreign: true);
            return RealAllocator.realloc(block, size);
        }

        if (_steppedAside)
            return Rescue(block, size);
        HostLock.Enter(ref _lock);
        try
        {
            site = Count(site);
            return ReallocateOwn((ulong)block, size, requested, family, site);
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return Rescue(block, size);
        }
        finally
        {
            HostLock.Exit(ref _lock);
        }
    }

    /// <summary>
    /// AlignedRealloc as .NET does it on Unix: always a new block, a copy of what fits, and a free; the old block may be null.
    /// </summary>
    public void* ReallocateAligned(void* block, nuint alignment, nuint size, nuint requested, int site)
    {
        const AllocationFamily Family = AllocationFamily.NativeMemoryAligned;
        if (block == null)
            return AllocateAligned(alignment, size, requested, Family, site, out _);
        if (_steppedAside || !Owns(block))
            return MoveElsewhere(block, alignment, size, site);
        HostLock.Enter(ref _lock);
        try
        {
            site = Count(site);
            return ReallocateAlignedOwn((ulong)block, alignment, size, requested, site);
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return MoveElsewhere(block, alignment, size, site);
        }
        finally
        {
            HostLock.Exit(ref _lock);
        }
    }

    private void* ReallocateOwn(ulong user, nuint size, nuint requested, AllocationFamily family, int site)
    {
        ulong chunk = user - BlockTable.HeaderBytes;
        ref BlockTag tag = ref _blocks.FindLive(chunk);
        if (Unsafe.IsNullRef(ref tag))
        {
            ReportWrongFree(user, FindingKind.ReallocAfterFree);
            return Answer(_malloc.Allocate(Self().Malloc, size), requested, family, site);
        }

        ulong usable = _malloc.UsableSize(user);
        _blocks.CheckGuard(ref tag, user, GuardLimit(user, usable));
        if (tag.Family != (uint)family)
            CheckFamily(tag, user, family, site);
        ulong moved = _malloc.Reallocate(Self().Malloc, user, size);
        if (moved == 0)
        {
            _sites[site].Failures++;
            return null;
        }

        CountRelease(_sites + tag.AllocationSite, tag.RequestedBytes, usable);
        if (moved != user)
        {
            _sites[site].Moves++;
            BlockTable.Kill(ref tag, site);
            if (_watched.IsHeap(user))
                _blocks.Mark(ref tag, chunk);
        }

        Place(moved, requested, family, site);
        if (moved == user && _watched.IsHeap(user))
            ObserveCutOff(user, usable);
        return (void*)moved;
    }

    /// <summary>What a block that was shrunk in place leaves behind is free now: whose touches those pages hold is settled.</summary>
    private void ObserveCutOff(ulong user, ulong oldUsable)
    {
        ulong end = PageSize.Up(user + oldUsable);
        ulong start = PageSize.Up(user + _malloc.UsableSize(user));
        if (start < end)
            _watched.ObserveReleased(start, end);
    }

    private void* ReallocateAlignedOwn(ulong user, nuint alignment, nuint size, nuint requested, int site)
    {
        const AllocationFamily Family = AllocationFamily.NativeMemoryAligned;
        ref BlockTag tag = ref _blocks.FindLive(user - BlockTable.HeaderBytes);
        if (Unsafe.IsNullRef(ref tag))
        {
            ReportWrongFree(user, FindingKind.ReallocAfterFree);
            return Answer(_malloc.AlignedAllocate(Self().Malloc, alignment, size), requested, Family, site);
        }

        ulong moved = _malloc.AlignedAllocate(Self().Malloc, alignment, size);
        if (moved != 0)
        {
            _watched.Copy(moved, user, Math.Min(size, _malloc.UsableSize(user)));
            _sites[site].Moves++;
            FreeLive(ref tag, user, Family, site);
        }

        return Answer(moved, requested, Family, site);
    }

    /// <summary>After stepping aside: a block of the arena moves to the real allocator and its old place is left alone.</summary>
    private void* Rescue(void* block, nuint size)
    {
        void* moved = RealAllocator.malloc(size);
        if (moved != null)
        {
            nuint old = RequestedOf((ulong)block);
            Buffer.MemoryCopy(block, moved, size, Math.Min(size, old));
        }

        return moved;
    }

    private void* MoveElsewhere(void* block, nuint alignment, nuint size, int site)
    {
        void* moved = RealAllocator.memalign(alignment, size);
        if (moved == null)
            return null;
        nuint old = Owns(block) ? RequestedOf((ulong)block) : RealAllocator.malloc_usable_size(block);
        Buffer.MemoryCopy(block, moved, size, Math.Min(size, old));
        if (!Owns(block))
            FreeElsewhere(block, site);
        return moved;
    }
}
