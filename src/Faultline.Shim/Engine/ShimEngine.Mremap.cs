using System.Runtime.InteropServices;
using Faultline.Kernel;
using Faultline.Shim.Host;
using Faultline.Shim.Ledger;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// mremap of the program's own mappings.
internal sealed unsafe partial class ShimEngine
{
    /// <summary>mremap(2); the last argument only counts with MREMAP_FIXED. MAP_FAILED and errno on failure.</summary>
    public void* Remap(void* start, nuint oldLength, nuint newLength, int flags, void* newAddress, int site)
    {
        if (_steppedAside || !Owns(start))
        {
            CountElsewhere(site, foreign: true, TraceEventKind.Mremap, start);
            return HostCalls.mremap(start, oldLength, newLength, flags, newAddress);
        }

        Errno error = Errno.None;
        void* answer = HostCalls.Failed;
        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            Sample(thread, newLength);
            _watched.Lock();
            ulong end = (ulong)start + PageSize.Up(oldLength);
            if (((ulong)start & PageSize.Mask) != 0 || oldLength == 0 || newLength == 0 || end > _arenaStart + _arenaLength || !_watched.IsUserRange((ulong)start, end))
                error = Errno.EINVAL;
            else if ((flags & ~HostCalls.MremapMayMove) != 0)
                answer = RemapElsewhere(thread, (ulong)start, oldLength, newLength, flags, newAddress, site, out error);
            else
            {
                answer = RemapOwn(thread, (ulong)start, oldLength, newLength, flags != 0, site, out error);
                RecordRemap(thread, answer, start, oldLength, newLength, flags, site);
            }

            _watched.Unlock();
        }
        catch (Exception failure)
        {
            StepAside(failure);
            error = Errno.ENOMEM;
            answer = HostCalls.Failed;
        }

        SetErrno(error);
        return answer;
    }

    private void* RemapOwn(EngineThread thread, ulong start, nuint oldLength, nuint newLength, bool mayMove, int site, out Errno error)
    {
        SplitMapping(thread, start);
        SplitMapping(thread, start + PageSize.Up(oldLength));
        int index = _watched.Mappings.Find(start);
        error = Errno.EFAULT;
        if (index < 0 || _watched.Mappings[index].Kind != MappingKind.User || _watched.Mappings[index].Length != PageSize.Up(oldLength))
            return HostCalls.Failed;
        SystemCallResult result = _watched.Mremap(new VirtualAddress(start), oldLength, newLength, mayMove);
        error = result.Error;
        if (result.Failed)
        {
            thread.CountFailure(site);
            return HostCalls.Failed;
        }

        ref BlockTag tag = ref _blocks.Slot(start);
        ulong moved = result.Address.Value;
        thread.CountRelease((int)tag.AllocationSite, tag.RequestedBytes, PageSize.Up(oldLength));
        if (moved != start)
        {
            thread.CountMove(site);
            BlockTable.Kill(ref tag, site);
        }

        _watched.PlaceOnMapping(moved, MappingKind.User, site);
        CountMapping(thread, moved, newLength, site);
        return (void*)moved;
    }

    /// <summary>To a place that the program names (MREMAP_FIXED), or leaving the old one mapped: done for real, and out of the simulation from then on.</summary>
    private void* RemapElsewhere(EngineThread thread, ulong start, nuint oldLength, nuint newLength, int flags, void* newAddress, int site, out Errno error)
    {
        error = Errno.EINVAL;
        ulong target = (flags & HostCalls.MremapFixed) != 0 ? (ulong)newAddress : 0;
        ulong targetEnd = target + PageSize.Up(newLength);
        bool inArena = target != 0 && Owns(newAddress);
        if (inArena && (targetEnd > _arenaStart + _arenaLength || !_watched.IsUserRange(target, targetEnd)))
            return HostCalls.Failed;
        ulong end = start + PageSize.Up(oldLength);
        _watched.Observe(start, end);
        if (inArena)
            _watched.Observe(target, targetEnd);
        void* answer = HostCalls.mremap((void*)start, oldLength, newLength, flags, newAddress);
        if (answer == HostCalls.Failed)
        {
            error = (Errno)Marshal.GetLastSystemError();
            return answer;
        }

        error = Errno.None;
        if (inArena)
        {
            UnmapBooks(thread, target, targetEnd, site);
            RecordRange(thread, TraceEventKind.Munmap, TraceEventFlags.Continued, target, targetEnd - target, 0, site);
            _watched.GiveToForeign(target, newLength);
        }

        UnmapBooks(thread, start, end, site);
        RecordRange(thread, TraceEventKind.Munmap, TraceEventFlags.None, start, oldLength, 0, site);
        if ((flags & HostCalls.MremapDontUnmap) != 0)
            _watched.GiveToForeign(start, oldLength);
        else
            _watched.Arena.Restore(start, end - start);
        _findings.Note("mremap", $"a mapping of {oldLength} bytes was moved to a fixed place (site {site}): it is not simulated from there on");
        return answer;
    }
}
