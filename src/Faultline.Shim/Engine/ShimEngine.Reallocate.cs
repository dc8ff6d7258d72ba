using System.Runtime.CompilerServices;
using Faultline.Api;
using Faultline.Kernel;
using Faultline.Shim.Host;
using Faultline.Tracing.Events;
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
            CountElsewhere(site, foreign: true, TraceEventKind.Realloc, block);
            return RealAllocator.realloc(block, size);
        }

        if (_steppedAside)
            return Rescue(block, RequestedOf((ulong)block), size);
        ulong state = 0;
        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            Sample(thread, requested);
            void* moved = ReallocateOwn(thread, (ulong)block, size, requested, family, site, ref state);
            if (_recorder != null)
                RecordAllocation(thread, TraceEventKind.Realloc, moved, block, size, 0, requested, site);
            return moved;
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return Rescue(block, state != 0 ? (nuint)(state & BlockTag.RequestedMask) : RequestedOf((ulong)block), size);
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
        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            Sample(thread, requested);
            return ReallocateAlignedOwn(thread, (ulong)block, alignment, size, requested, site);
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return MoveElsewhere(block, alignment, size, site);
        }
    }

    /// <summary><paramref name="state"/> is that of the block's tag as it was, as soon as the block is claimed.</summary>
    private void* ReallocateOwn(EngineThread thread, ulong user, nuint size, nuint requested, AllocationFamily family, int site, ref ulong state)
    {
        ulong chunk = user - BlockTable.HeaderBytes;
        ref BlockTag tag = ref _blocks.Claim(chunk, site, out state);
        if (Unsafe.IsNullRef(ref tag))
        {
            ReportWrongFree(user, FindingKind.ReallocAfterFree);
            return Answer(thread, _malloc.Allocate(thread.Malloc, size), requested, family, site);
        }

        ulong usable = _malloc.LiveSize(user, out bool mapped);
        if (!_blocks.CheckGuard(tag, state, user, GuardLimit(user, usable, mapped)))
            state &= ~BlockTag.GuardedBit;
        if (tag.Family != (uint)family)
            CheckFamily(tag, user, family, site);
        int owner = (int)tag.AllocationSite;
        ulong moved = _malloc.Reallocate(thread.Malloc, user, size);
        if (moved == 0)
        {
            tag.State = state;
            thread.CountFailure(site);
            return null;
        }

        thread.CountRelease(owner, state & BlockTag.RequestedMask, usable);
        if (moved != user)
            thread.CountMove(site);
        Place(thread, moved, requested, family, site);
        if (moved == user && !mapped)
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

    private void* ReallocateAlignedOwn(EngineThread thread, ulong user, nuint alignment, nuint size, nuint requested, int site)
    {
        const AllocationFamily Family = AllocationFamily.NativeMemoryAligned;
        if (Unsafe.IsNullRef(ref _blocks.FindLive(user - BlockTable.HeaderBytes)))
        {
            ReportWrongFree(user, FindingKind.ReallocAfterFree);
            void* fresh = Answer(thread, _malloc.AlignedAllocate(thread.Malloc, alignment, size), requested, Family, site);
            RecordAllocation(thread, TraceEventKind.Memalign, fresh, null, size, alignment, requested, site);
            return fresh;
        }

        ulong moved = _malloc.AlignedAllocate(thread.Malloc, alignment, size);
        RecordAllocation(thread, TraceEventKind.Memalign, (void*)moved, null, size, alignment, requested, site);
        if (moved != 0)
        {
            ulong length = Math.Min(size, _malloc.UsableSize(user));
            _watched.Copy(moved, user, length);
            RecordCopy(thread, moved, user, length, site);
            thread.CountMove(site);
            if (_recorder == null)
                FreeOwn(thread, user, Family, site);
            else
                FreeRecorded(_recorder, thread, user, Family, TraceEventFlags.Continued, site);
        }

        return Answer(thread, moved, requested, Family, site);
    }

    /// <summary>After stepping aside: a block of the arena moves to the real allocator and its old place is left alone.</summary>
    private static void* Rescue(void* block, nuint old, nuint size)
    {
        void* moved = RealAllocator.malloc(size);
        if (moved != null)
            Buffer.MemoryCopy(block, moved, size, Math.Min(size, old));
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
