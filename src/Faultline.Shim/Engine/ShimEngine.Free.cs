using System.Runtime.CompilerServices;
using Faultline.Api;
using Faultline.Kernel;
using Faultline.Shim.Host;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// free and malloc_usable_size.
internal sealed unsafe partial class ShimEngine
{
    /// <summary>Frees a block of either allocator; nothing for null. What may not be freed is reported and left alone.</summary>
    public void Free(void* block, AllocationFamily family, int site)
    {
        if (!Owns(block))
        {
            FreeElsewhere(block, site);
            return;
        }

        if (_steppedAside)
            return;
        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            if (_recorder == null)
                FreeOwn(thread, (ulong)block, family, site);
            else
                FreeRecorded(_recorder, thread, (ulong)block, family, TraceEventFlags.None, site);
        }
        catch (Exception failure)
        {
            StepAside(failure);
        }
    }

    /// <summary>malloc_usable_size. A program that asks may use all of it, so the guard behind the block goes.</summary>
    public nuint UsableSize(void* block, int site)
    {
        if (!Owns(block) || _steppedAside)
        {
            if (_steppedAside && Owns(block))
                return RequestedOf((ulong)block);
            CountElsewhere(site, foreign: block != null, TraceEventKind.UsableSize, block);
            return RealAllocator.malloc_usable_size(block);
        }

        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            ulong user = (ulong)block;
            ref BlockTag tag = ref _blocks.FindLive(user - BlockTable.HeaderBytes);
            if (Unsafe.IsNullRef(ref tag))
                return 0;
            ulong usable = _malloc.LiveSize(user, out bool mapped);
            _blocks.RemoveGuard(ref tag, user, GuardLimit(user, usable, mapped));
            _recorder?.Add(thread, TraceEventKind.UsableSize, TraceEventFlags.None, site, user, usable, _recorder.Now());
            return (nuint)usable;
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return RequestedOf((ulong)block);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeElsewhere(void* block, int site)
    {
        CountElsewhere(site, foreign: block != null, TraceEventKind.Free, block);
        RealAllocator.free(block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FreeOwn(EngineThread thread, ulong user, AllocationFamily family, int site)
    {
        ref BlockTag tag = ref _blocks.Claim(user - BlockTable.HeaderBytes, site, out ulong state);
        if (Unsafe.IsNullRef(ref tag))
            ReportWrongFree(user, FindingKind.DoubleFree);
        else
            FreeClaimed(thread, ref tag, state, user, family, site);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FreeClaimed(EngineThread thread, ref BlockTag tag, ulong state, ulong user, AllocationFamily family, int site)
    {
        ulong usable = _malloc.LiveSize(user, out bool mapped);
        _blocks.CheckGuard(tag, state, user, GuardLimit(user, usable, mapped));
        if (tag.Family != (uint)family)
            CheckFamily(tag, user, family, site);
        thread.CountRelease((int)tag.AllocationSite, state & BlockTag.RequestedMask, usable);
        if (!mapped)
            PrepareRelease(ref tag, user, usable);
        _malloc.Free(thread.Malloc, user);
    }

    /// <summary>A block of the heap is about to be given back: its touches are settled while it is known whose they are, and it is marked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrepareRelease(ref BlockTag tag, ulong user, ulong usable)
    {
        ulong chunk = user - BlockTable.HeaderBytes;
        ulong last = user + usable - 1;
        if (((chunk + sizeof(ulong)) ^ last) >> PageSize.Shift != 0)
            _watched.ObserveReleased(PageSize.Down(chunk + sizeof(ulong)), PageSize.Down(last) + PageSize.Bytes);
        _blocks.Mark(ref tag, chunk);
    }

    /// <summary>
    /// On Linux all families end in the same free, so nothing breaks; elsewhere it would. The C library's own functions and
    /// NativeMemory are documented to be one and the same.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CheckFamily(BlockTag tag, ulong user, AllocationFamily family, int site)
    {
        if (IsMalloc((AllocationFamily)tag.Family) && IsMalloc(family))
            return;
        tag.ReleaseSite = (uint)site;
        _findings.Add(FindingKind.FamilyMismatch, user, 0, tag, user);
    }

    private static bool IsMalloc(AllocationFamily family) => family is AllocationFamily.NativeMemory or AllocationFamily.Libc;

    /// <summary>What the tag alone knows of a block's size, for when the model is not to be asked any more.</summary>
    private nuint RequestedOf(ulong user)
    {
        ref BlockTag tag = ref _blocks.FindLive(user - BlockTable.HeaderBytes);
        return Unsafe.IsNullRef(ref tag) ? 0 : (nuint)tag.RequestedBytes;
    }
}
