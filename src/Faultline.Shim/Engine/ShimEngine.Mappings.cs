using System.Runtime.InteropServices;
using Faultline.Kernel;
using Faultline.Kernel.Host;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// mmap, munmap, mremap and madvise of the program. Answers are as the C library gives them; errno is set on failure.
internal sealed unsafe partial class ShimEngine
{
    public void* Map(in MmapArguments call, int site)
    {
        bool inArena = call.Address != 0 && Owns((void*)call.Address);
        bool simulated = call.CanBeSimulated && (call.Address == 0 || inArena);
        if (_steppedAside || (!simulated && !(inArena && call.IsFixed)))
        {
            CountElsewhere(site, foreign: true);
            return call.Call();
        }

        Errno error = Errno.None;
        HostLock.Enter(ref _lock);
        try
        {
            site = Count(site);
            if (call.IsFixed)
                error = ClearFixed(call, site);
            if (error == Errno.None)
                return simulated ? MapSimulated(call, site, out error) : MapForeign(call);
            return HostCalls.Failed;
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return call.IsFixed ? HostCalls.Failed : call.Call();
        }
        finally
        {
            HostLock.Exit(ref _lock);
            SetErrno(error);
        }
    }

    public int Unmap(void* start, nuint length, int site)
    {
        if (_steppedAside || !Owns(start))
        {
            CountElsewhere(site, foreign: true);
            return Owns(start) ? 0 : HostCalls.munmap(start, length);
        }

        Errno error = Errno.None;
        HostLock.Enter(ref _lock);
        try
        {
            site = Count(site);
            error = UnmapOwn((ulong)start, length, site);
        }
        catch (Exception failure)
        {
            StepAside(failure);
        }
        finally
        {
            HostLock.Exit(ref _lock);
            SetErrno(error);
        }

        return error == Errno.None ? 0 : -1;
    }

    public int Advise(void* start, nuint length, int advice, int site)
    {
        if (_steppedAside || !Owns(start) || !Enum.IsDefined((Advice)advice))
        {
            CountElsewhere(site, foreign: !Owns(start));
            return HostCalls.madvise(start, length, advice);
        }

        Errno error = Errno.None;
        HostLock.Enter(ref _lock);
        try
        {
            site = Count(site);
            error = _watched.Madvise(new VirtualAddress((ulong)start), length, (Advice)advice, overBlocks: true).Error;
        }
        catch (Exception failure)
        {
            StepAside(failure);
        }
        finally
        {
            HostLock.Exit(ref _lock);
            SetErrno(error);
        }

        return error == Errno.None ? 0 : -1;
    }

    private void* MapSimulated(in MmapArguments call, int site, out Errno error)
    {
        SystemCallResult result = _watched.MapForUser(call, site);
        error = result.Error;
        if (result.Failed)
        {
            _sites[site].Failures++;
            return HostCalls.Failed;
        }

        CountMapping(result.Address.Value, call.Length, site);
        return (void*)result.Address.Value;
    }

    private void CountMapping(ulong start, ulong length, int site)
    {
        _blocks.PlaceMapping(start, length, site);
        _sites[site].MappedAllocations++;
        CountAllocation(_sites + site, length, PageSize.Up(length));
    }

    /// <summary>A fixed mapping replaces what is there: allowed over the program's own mappings only.</summary>
    private Errno ClearFixed(in MmapArguments call, int site)
    {
        ulong start = call.Address;
        ulong end = start + PageSize.Up(call.Length);
        if ((start & PageSize.Mask) != 0 || call.Length == 0)
            return Errno.EINVAL;
        if (end <= start || end > _arenaStart + _arenaLength || !_watched.IsUserRange(start, end))
            return Errno.ENOMEM;
        if (((MapFlags)call.Flags & MapFlags.FixedNoReplace) == 0)
            UnmapUser(start, end, site);
        return Errno.None;
    }

    /// <summary>A file or shared memory over a part of the arena.</summary>
    private void* MapForeign(in MmapArguments call)
    {
        void* answer = call.Call();
        if (answer != HostCalls.Failed)
            _watched.GiveToForeign(call.Address, call.Length);
        return answer;
    }

    private Errno UnmapOwn(ulong start, nuint length, int site)
    {
        ulong end = start + PageSize.Up(length);
        if ((start & PageSize.Mask) != 0 || length == 0 || end <= start || end > _arenaStart + _arenaLength)
            return Errno.EINVAL;
        if (!_watched.IsUserRange(start, end))
        {
            ReportWrongFree(start, FindingKind.DoubleFree);
            return Errno.None;
        }

        UnmapUser(start, end, site);
        return Errno.None;
    }

    private static void SetErrno(Errno error)
    {
        if (error != Errno.None)
            Marshal.SetLastSystemError((int)error);
    }
}
