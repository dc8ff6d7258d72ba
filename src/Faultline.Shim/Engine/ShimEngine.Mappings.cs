using System.Runtime.InteropServices;
using Faultline.Kernel;
using Faultline.Shim.Host;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// mmap, munmap, mremap and madvise of the program, each under the lock of the simulated kernel. Answers are as the C library gives
// them; errno is set on failure.
internal sealed unsafe partial class ShimEngine
{
    public void* Map(in MmapArguments call, int site)
    {
        bool inArena = call.Address != 0 && Owns((void*)call.Address);
        bool simulated = call.CanBeSimulated && (call.Address == 0 || inArena);
        if (_steppedAside || (!simulated && !(inArena && call.IsFixed)))
        {
            CountElsewhere(site, foreign: true, TraceEventKind.Mmap, (void*)call.Address);
            return call.Call();
        }

        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            Errno error = Errno.None;
            void* answer = HostCalls.Failed;
            Sample(thread, call.Length);
            _watched.Lock();
            if (call.IsFixed)
                error = ClearFixed(thread, call, site);
            if (error == Errno.None)
                answer = simulated ? MapSimulated(thread, call, site, out error) : MapForeign(call, out error);
            RecordMap(thread, call, answer, simulated, site);
            _watched.Unlock();
            SetErrno(error);
            return answer;
        }
        catch (Exception failure)
        {
            StepAside(failure);
            return call.IsFixed ? HostCalls.Failed : call.Call();
        }
    }

    public int Unmap(void* start, nuint length, int site)
    {
        if (_steppedAside || !Owns(start))
        {
            CountElsewhere(site, foreign: true, TraceEventKind.Munmap, start);
            return Owns(start) ? 0 : HostCalls.munmap(start, length);
        }

        Errno error = Errno.None;
        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            _watched.Lock();
            error = UnmapOwn(thread, (ulong)start, length, site);
            _watched.Unlock();
        }
        catch (Exception failure)
        {
            StepAside(failure);
        }

        SetErrno(error);
        return error == Errno.None ? 0 : -1;
    }

    public int Advise(void* start, nuint length, int advice, int site)
    {
        if (_steppedAside || !Owns(start) || !Enum.IsDefined((Advice)advice))
        {
            CountElsewhere(site, foreign: !Owns(start), TraceEventKind.Madvise, start);
            return HostCalls.madvise(start, length, advice);
        }

        Errno error = Errno.None;
        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            _watched.Lock();
            error = _watched.Madvise(new VirtualAddress((ulong)start), length, (Advice)advice, overBlocks: true).Error;
            bool failed = error is not (Errno.None or Errno.ENOMEM);
            RecordRange(thread, TraceEventKind.Madvise, failed ? TraceEventFlags.Failed : TraceEventFlags.None, (ulong)start, length, (uint)advice, site);
            _watched.Unlock();
        }
        catch (Exception failure)
        {
            StepAside(failure);
        }

        SetErrno(error);
        return error == Errno.None ? 0 : -1;
    }

    private void* MapSimulated(EngineThread thread, in MmapArguments call, int site, out Errno error)
    {
        SystemCallResult result = _watched.MapForUser(call, site);
        error = result.Error;
        if (result.Failed)
        {
            thread.CountFailure(site);
            return HostCalls.Failed;
        }

        CountMapping(thread, result.Address.Value, call.Length, site);
        return (void*)result.Address.Value;
    }

    private void CountMapping(EngineThread thread, ulong start, ulong length, int site)
    {
        _blocks.PlaceMapping(start, length, site);
        thread.CountAllocation(site, length, PageSize.Up(length), mapped: true);
    }

    /// <summary>A fixed mapping replaces what is there: allowed over the program's own mappings only.</summary>
    private Errno ClearFixed(EngineThread thread, in MmapArguments call, int site)
    {
        ulong start = call.Address;
        ulong end = start + PageSize.Up(call.Length);
        if ((start & PageSize.Mask) != 0 || call.Length == 0)
            return Errno.EINVAL;
        if (end <= start || end > _arenaStart + _arenaLength || !_watched.IsUserRange(start, end))
            return Errno.ENOMEM;
        if (((MapFlags)call.Flags & MapFlags.FixedNoReplace) == 0)
        {
            UnmapUser(thread, start, end, site);
            RecordRange(thread, TraceEventKind.Munmap, TraceEventFlags.Continued, start, end - start, 0, site);
        }

        return Errno.None;
    }

    /// <summary>A file or shared memory over a part of the arena.</summary>
    private void* MapForeign(in MmapArguments call, out Errno error)
    {
        void* answer = call.Call();
        error = answer == HostCalls.Failed ? (Errno)Marshal.GetLastSystemError() : Errno.None;
        if (error == Errno.None)
            _watched.GiveToForeign(call.Address, call.Length);
        return answer;
    }

    private Errno UnmapOwn(EngineThread thread, ulong start, nuint length, int site)
    {
        ulong end = start + PageSize.Up(length);
        if ((start & PageSize.Mask) != 0 || length == 0 || end <= start || end > _arenaStart + _arenaLength)
            return Errno.EINVAL;
        if (!_watched.IsUserRange(start, end))
        {
            ReportWrongAddress(start, FindingKind.DoubleFree);
            RecordRange(thread, TraceEventKind.Munmap, TraceEventFlags.Failed, start, length, 0, site);
            return Errno.None;
        }

        UnmapUser(thread, start, end, site);
        RecordRange(thread, TraceEventKind.Munmap, TraceEventFlags.None, start, length, 0, site);
        return Errno.None;
    }

    private static void SetErrno(Errno error)
    {
        if (error != Errno.None)
            Marshal.SetLastSystemError((int)error);
    }
}
