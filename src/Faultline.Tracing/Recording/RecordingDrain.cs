using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Recording;

/// <summary>The tool's side of a recording: takes the events out of the lanes and puts them into a trace, lane by lane. For one caller at a time.</summary>
public sealed unsafe class RecordingDrain(RecordingMemory memory, TraceWriter writer)
{
    /// <summary>Events between two words to the appender, who may be waiting for room.</summary>
    private const int Step = 1024;

    /// <summary>Taken in one go it means that more is coming just now.</summary>
    public const int Many = RecordingLayout.LaneEvents / 8;

    private readonly List<(TraceLane Lane, int Thread, int Stack)> _lanes = [];
    private readonly StackTable _stacks = new();
    private StackLogReader? _stackLog;

    /// <summary>Why recording ended before the program, as a sentence; null while it goes on.</summary>
    public string? StopReason => writer.StopReason ?? (memory.End switch
    {
        RecordingEnd.NotTaken => "the program waited too long for the tool to take its events",
        RecordingEnd.TooManyThreads => $"more than {memory.Header->LaneCapacity} threads at once",
        RecordingEnd.NoMemory => "the host refused the memory for a thread's events",
        _ => null,
    });

    /// <summary>Stacks that the program walked, the nanoseconds that it took over all threads, and those of which nothing could be kept.</summary>
    public (long Walks, long Nanoseconds, long Lost) StackWalks
        => (Volatile.Read(ref memory.Header->StackWalks), Volatile.Read(ref memory.Header->StackWalkNanoseconds), Volatile.Read(ref memory.Header->StacksLost));

    /// <summary>Takes what there is now; answers how many events that were.</summary>
    public long Take()
    {
        long taken = 0;
        int lanes = Math.Min(Volatile.Read(ref memory.Header->LaneCount), RecordingLayout.LaneCapacity);
        for (int lane = 0; lane < lanes; lane++)
        {
            if (lane == _lanes.Count)
                _lanes.Add((writer.OpenLane(), 0, 0));
            taken += TakeFrom(lane);
        }

        TakeStacks();
        if (writer.StopReason != null)
            Close();
        return taken;
    }

    /// <summary>Tells the program that nothing more is taken.</summary>
    public void Close() => memory.Close(RecordingEnd.Closed);

    /// <summary>After the events: what these refer to was published before them.</summary>
    private void TakeStacks()
    {
        if (Volatile.Read(ref memory.Header->StackBytes) == 0)
            return;
        (int frames, int nodes) = (_stacks.Frames, _stacks.Nodes);
        (_stackLog ??= new StackLogReader(memory, _stacks)).Take();
        if (_stacks.Frames > frames || _stacks.Nodes > nodes)
            writer.AddStacks(_stacks, frames, nodes);
    }

    private long TakeFrom(int lane)
    {
        LaneHeader* header = memory.LaneAt(lane);
        ulong written = Volatile.Read(ref header->Written), at = header->Taken, first = at;
        RawEvent* events = written == at ? null : memory.EventsOf(lane);
        if (events == null)
            return 0;
        (TraceLane target, int thread, int stack) = _lanes[lane];
        while (at < written)
        {
            ulong stop = Math.Min(written, at + Step);
            while (at < stop)
                at += (ulong)TakeOne(target, ref thread, ref stack, events, at);
            Volatile.Write(ref header->Taken, at);
        }

        _lanes[lane] = (target, thread, stack);
        return (long)(at - first);
    }

    /// <summary>Answers how many slots the event takes. One of no kind says whose the following are.</summary>
    private static int TakeOne(TraceLane target, ref int thread, ref int stack, RawEvent* events, ulong at)
    {
        RawEvent* raw = events + (at & RecordingLayout.LaneMask);
        if (raw->Kind == TraceEventKind.None)
        {
            thread = (int)raw->Address;
            return 1;
        }

        if (raw->Kind == RawEvent.StackOfNext)
        {
            stack = (int)raw->Address;
            return 1;
        }

        TraceEvent e = new() { Kind = raw->Kind, Flags = raw->Flags, Thread = thread, Site = raw->Site, Address = raw->Address, Time = raw->Time, Stack = stack };
        stack = 0;
        if (!raw->IsWide)
        {
            e.Size = raw->Size;
            target.Append(e);
            return 1;
        }

        RawEvent* more = events + (at + 1 & RecordingLayout.LaneMask);
        e.Argument = (uint)raw->Size;
        e.OldAddress = more->Address;
        e.Second = more->SizeAndSite;
        e.Size = more->TimeAndKind;
        target.Append(e);
        return 2;
    }
}
