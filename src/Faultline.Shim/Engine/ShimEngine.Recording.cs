using System.Runtime.CompilerServices;
using Faultline.Api;
using Faultline.Shim.Host;
using Faultline.Shim.Recording;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// What is recorded of each call. An event follows the touches that its call brought to light: they were made before it. When a call took
// place is another matter: see Recorder.
internal sealed unsafe partial class ShimEngine
{
    private readonly Recorder? _recorder;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RecordMalloc(EngineThread thread, void* block, nuint size, nuint requested, int site)
    {
        if (_recorder == null)
            return;
        if (thread.Stack == 0 && block != null && size == requested)
            _recorder.Add(thread, TraceEventKind.Malloc, TraceEventFlags.None, site, (ulong)block, size, _recorder.Now());
        else
            RecordAllocation(thread, TraceEventKind.Malloc, block, null, size, 0, requested, site);
    }

    /// <summary>Its time is from before the block can be another thread's.</summary>
    private void FreeRecorded(Recorder recorder, EngineThread thread, ulong user, AllocationFamily family, TraceEventFlags flags, int site)
    {
        ulong time = recorder.Next();
        thread.Moment = 0;
        FreeOwn(thread, user, family, site);
        recorder.Add(thread, TraceEventKind.Free, flags, site, user, 0, time);
    }

    /// <summary><paramref name="requested"/> is what the program asked for, <paramref name="size"/> what .NET made of it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RecordAllocation(EngineThread thread, TraceEventKind kind, void* block, void* old, nuint size, nuint second, nuint requested, int site)
    {
        if (thread.Stack != 0)
            LeaveStack(thread);
        _recorder?.Add(thread, new TraceEvent
        {
            Kind = kind,
            Flags = block == null ? TraceEventFlags.Failed : TraceEventFlags.None,
            Site = site,
            Address = (ulong)block,
            OldAddress = (ulong)old,
            Size = size,
            Second = second,
            Argument = (uint)Math.Min(size - Math.Min(requested, size), uint.MaxValue),
        }, _recorder.Now());
    }

    /// <summary>A call that was not simulated: of a null pointer, or passed on to the real functions.</summary>
    private void RecordElsewhere(EngineThread thread, TraceEventKind kind, void* address, int site, bool foreign)
    {
        if (kind != TraceEventKind.None)
            _recorder?.Add(thread, kind, foreign ? TraceEventFlags.Foreign : TraceEventFlags.None, site, (ulong)address, 0, _recorder.Now());
    }

    /// <summary>AlignedRealloc's copy: the new block is made, the old one not yet released.</summary>
    private void RecordCopy(EngineThread thread, ulong destination, ulong source, ulong length, int site)
    {
        _recorder?.Add(thread, TraceEventKind.Read, TraceEventFlags.None, site, source, length, _recorder.Now());
        _recorder?.Add(thread, TraceEventKind.Write, TraceEventFlags.None, site, destination, length, _recorder.Now());
    }

    private void RecordMap(EngineThread thread, in MmapArguments call, void* answer, bool simulated, int site)
    {
        if (thread.Stack != 0)
            LeaveStack(thread);
        _recorder?.Add(thread, new TraceEvent
        {
            Kind = TraceEventKind.Mmap,
            Flags = !simulated ? TraceEventFlags.Foreign : answer == HostCalls.Failed ? TraceEventFlags.Failed : TraceEventFlags.None,
            Site = site,
            Address = answer == HostCalls.Failed ? 0 : (ulong)answer,
            OldAddress = call.Address,
            Size = call.Length,
            Argument = TraceEvent.MmapArgument(call.Protection, call.Flags),
        }, _recorder.Now());
    }

    private void RecordRange(EngineThread thread, TraceEventKind kind, TraceEventFlags flags, ulong start, ulong length, uint argument, int site)
        => _recorder?.Add(thread, new TraceEvent { Kind = kind, Flags = flags, Site = site, Address = start, Size = length, Argument = argument }, _recorder.Next());

    private void RecordRemap(EngineThread thread, void* answer, void* start, nuint oldLength, nuint newLength, int flags, int site)
    {
        if (thread.Stack != 0)
            LeaveStack(thread);
        _recorder?.Add(thread, new TraceEvent
        {
            Kind = TraceEventKind.Mremap,
            Flags = answer == HostCalls.Failed ? TraceEventFlags.Failed : TraceEventFlags.None,
            Site = site,
            Address = answer == HostCalls.Failed ? 0 : (ulong)answer,
            OldAddress = (ulong)start,
            Size = newLength,
            Second = oldLength,
            Argument = (uint)flags,
        }, _recorder.Now());
    }

    /// <summary>The one event with a clock in it: when the program got how far.</summary>
    private void RecordSnapshot(in SnapshotRecord snapshot)
        => _recorder?.Add(Self(), new TraceEvent
        {
            Kind = TraceEventKind.Snapshot,
            Argument = (uint)snapshot.Reason,
            Size = (ulong)Math.Max(0, snapshot.UnixNanoseconds - _header->StartedUnixNanoseconds),
        }, _recorder.Next());
}
