using System.Runtime.CompilerServices;
using Faultline.Api;
using Faultline.Kernel;
using Faultline.Kernel.Host;
using Faultline.Shim.Host;
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
        HostLock.Enter(ref _lock);
        try
        {
            site = Count(site);
            ulong user = (ulong)block;
            ref BlockTag tag = ref _blocks.FindLive(user - BlockTable.HeaderBytes);
            if (Unsafe.IsNullRef(ref tag))
                ReportWrongFree(user, FindingKind.DoubleFree);
            else
                FreeLive(ref tag, user, family, site);
        }
        catch (Exception failure)
        {
            StepAside(failure);
        }
        finally
        {
            HostLock.Exit(ref _lock);
        }
    }

    /// <summary>malloc_usable_size. A program that asks may use all of it, so the guard behind the block goes.</summary>
    public nuint UsableSize(void* block, int site)
    {
        if (!Owns(block) || _steppedAside)
        {
            if (_steppedAside && Owns(block))
                return RequestedOf((ulong)block);
            CountElsewhere(site, foreign: block != null);
            return RealAllocator.malloc_usable_size(block);
        }

        HostLock.Enter(ref _lock);
        try
        {
            Count(site);
            ulong user = (ulong)block;
            ref BlockTag tag = ref _blocks.FindLive(user - BlockTable.HeaderBytes);
            if (Unsafe.IsNullRef(ref tag))
                return 0;
            ulong usable = _malloc.UsableSize(user);
            _blocks.RemoveGuard(ref tag, user, GuardLimit(user, usable));
            return (nuint)usable;
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return RequestedOf((ulong)block);
        }
        finally
        {
            HostLock.Exit(ref _lock);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeElsewhere(void* block, int site)
    {
        CountElsewhere(site, foreign: block != null);
        RealAllocator.free(block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FreeLive(ref BlockTag tag, ulong user, AllocationFamily family, int site)
    {
        ulong usable = _malloc.UsableSize(user);
        _blocks.CheckGuard(ref tag, user, GuardLimit(user, usable));
        if (tag.Family != (uint)family)
            CheckFamily(tag, user, family, site);
        CountRelease(_sites + tag.AllocationSite, tag.RequestedBytes, usable);
        BlockTable.Kill(ref tag, site);
        if (_malloc.IsMapped(user))
        {
            _malloc.Free(Self().Malloc, user);
            return;
        }

        ulong chunk = user - BlockTable.HeaderBytes;
        ulong last = user + usable - 1;
        if (((chunk + sizeof(ulong)) ^ last) >> PageSize.Shift != 0)
            _watched.ObserveReleased(PageSize.Down(chunk + sizeof(ulong)), PageSize.Down(last) + PageSize.Bytes);
        _malloc.Free(Self().Malloc, user);
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
