using System.Diagnostics;
using System.Runtime.CompilerServices;
using Faultline.Tracing.Events;
using static Faultline.Tracing.Session.SessionMemory;

namespace Faultline.Tracing.Recording;

/// <summary>
/// Where one thread of the program under watch leaves its events: a ring that the tool empties. For one appender at a time; it
/// allocates nothing, throws nothing, and waits only when the tool is slower than the program.
/// </summary>
public sealed unsafe class RecordingLane
{
    private const int WaitMicroseconds = 50;
    private const int WaitsBetweenChecks = 1000;

    /// <summary>How long the tool may take nothing before it is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RecordingMemory _memory;
    private readonly LaneHeader* _header;
    private readonly RawEvent* _events;
    private ulong _next;
    private ulong _limit;

    private RecordingLane(RecordingMemory memory, LaneHeader* header, RawEvent* events)
    {
        _memory = memory;
        _header = header;
        _events = events;
    }

    /// <summary>A new lane. Null where there is none, and recording has ended for it. For one caller at a time.</summary>
    public static RecordingLane? Open(RecordingMemory memory)
    {
        int number = memory.Header->LaneCount;
        if (number >= memory.Header->LaneCapacity)
        {
            memory.Close(RecordingEnd.TooManyThreads);
            return null;
        }

        RawEvent* events = memory.EventsOf(number);
        if (events == null)
        {
            memory.Close(RecordingEnd.NoMemory);
            return null;
        }

        Volatile.Write(ref memory.Header->LaneCount, number + 1);
        return new RecordingLane(memory, memory.LaneAt(number), events);
    }

    /// <summary>What follows is the work of that thread.</summary>
    public void BelongsTo(int thread, ulong time) => Append(TraceEventKind.None, TraceEventFlags.None, 0, (ulong)thread, 0, time);

    /// <summary>Adds an event that has no more than these numbers. Sizes are below 2^44, sites below 2^20, times below 2^48.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(TraceEventKind kind, TraceEventFlags flags, int site, ulong address, ulong size, ulong time)
    {
        Debug.Assert(size < RawEvent.LargeSize && (uint)site <= RawEvent.SiteMask, $"size {size}, site {site}");
        ulong next = _next;
        if (next >= _limit && !MakeRoom(1))
            return;
        RawEvent* e = _events + (next & RecordingLayout.LaneMask);
        e->Address = address;
        e->SizeAndSite = size << RawEvent.SiteBits | (uint)site;
        e->TimeAndKind = time << RawEvent.TimeShift | (uint)flags << RawEvent.FlagsShift | (uint)kind;
        Publish(next + 1);
    }

    /// <summary>The next event's call stack.</summary>
    public void AppendStack(int stack) => Append(RawEvent.StackOfNext, TraceEventFlags.None, 0, (ulong)stack, 0, 0);

    /// <summary>Adds any event but for its thread, which is the lane's.</summary>
    public void Append(in TraceEvent e)
    {
        if (!MakeRoom(2))
            return;
        RawEvent* first = _events + (_next & RecordingLayout.LaneMask);
        RawEvent* second = _events + (_next + 1 & RecordingLayout.LaneMask);
        first->Address = e.Address;
        first->SizeAndSite = (ulong)e.Argument << RawEvent.SiteBits | (uint)e.Site;
        first->TimeAndKind = e.Time << RawEvent.TimeShift | (uint)e.Flags << RawEvent.FlagsShift | RawEvent.WideBit | (uint)e.Kind;
        second->Address = e.OldAddress;
        second->SizeAndSite = e.Second;
        second->TimeAndKind = e.Size;
        Publish(_next + 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Publish(ulong next)
    {
        _next = next;
        Volatile.Write(ref _header->Written, next);
    }

    /// <summary>Waits until the tool has taken enough; false when recording has ended.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool MakeRoom(int slots)
    {
        long started = 0;
        for (int waits = 0; ; waits++)
        {
            if (_memory.End != RecordingEnd.None)
                return false;
            _limit = Volatile.Read(ref _header->Taken) + RecordingLayout.LaneEvents;
            if (_limit - _next >= (ulong)slots)
                return true;
            if (waits == 0)
                started = Stopwatch.GetTimestamp();
            else if (waits % WaitsBetweenChecks == 0 && (Stopwatch.GetElapsedTime(started) > Patience || kill(_memory.Header->ToolProcessId, 0) != 0))
                _memory.Close(RecordingEnd.NotTaken);
            // Not Thread.Sleep: a program may interrupt its threads, and must not see that here.
            usleep(WaitMicroseconds);
        }
    }
}
