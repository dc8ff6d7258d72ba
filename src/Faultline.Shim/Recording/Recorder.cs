using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Faultline.Shim.Engine;
using Faultline.Shim.Stacks;
using Faultline.Tracing.Events;
using Faultline.Tracing.Recording;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Shim.Recording;

/// <summary>
/// Leaves events for the tool to record, each in the lane of the thread that it happens on. Their time is no clock, which would cost
/// more than all the rest of the recording, but a count that puts lanes in order.
/// </summary>
/// <remarks>
/// <para>
/// The count goes up with every release, touch and system call, before these are carried out; an allocation only reads it, after it was
/// made. Releases are at even times, allocations at the odd ones after. So a block is never freed before it was allocated, and a
/// place is never handed out again before it was freed, whatever the threads: the one write that threads share is that of a release.
/// </para>
/// <para>Nothing here throws or allocates but a thread's first event. Where recording has ended events are dropped.</para>
/// </remarks>
internal sealed class Recorder : IDisposable
{
    private readonly RecordingMemory _memory;
    private readonly Stack<RecordingLane> _idle = [];
    private SharedCount _count;

    internal Recorder(RecordingMemory memory, StackSampler? stacks = null)
    {
        _memory = memory;
        Stacks = stacks;
    }

    /// <summary>Null where no call stacks are recorded.</summary>
    public StackSampler? Stacks { get; }

    /// <summary>
    /// Null where nothing is to be recorded, or cannot be: then the session says why. The process's maps are taken now: before it has an arena.
    /// </summary>
    public static unsafe Recorder? Attach(SessionFile session, string sessionPath, StackSampling stacks)
    {
        int descriptor = session.Header->RecordingDescriptor;
        if (descriptor == 0)
            return null;
        try
        {
            RecordingMemory memory = RecordingMemory.Attach(Path.Combine(Path.GetDirectoryName(sessionPath)!, descriptor.ToString()));
            OwnMaps.Leave(memory, session);
            return new Recorder(memory, StackSampler.Create(memory, session, stacks));
        }
        catch (IOException failure)
        {
            SessionNotes.Append(session, "trace", $"nothing was recorded: {failure.Message}");
            return null;
        }
    }

    /// <summary>The time of something that has been made.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Now() => (Volatile.Read(ref _count.Value) << 1) | 1;

    /// <summary>The time of something that is about to be carried out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Next() => Interlocked.Increment(ref _count.Value) << 1;

    /// <summary>The kernel, whose lock is held, or realloc's copy is at the moment that decides when the call under way took place.</summary>
    public void Mark()
    {
        if (EngineThread.Current is { } thread)
            thread.Moment = Next();
    }

    /// <summary>The program was seen to have touched pages. The kernel's lock is held.</summary>
    public void Touched(bool written, ulong start, ulong length)
    {
        if (EngineThread.Current is { } thread)
            thread.Lane?.Append(written ? TraceEventKind.Write : TraceEventKind.Read, TraceEventFlags.Pages, 0, start, length, thread.NotBeforeLast(Next()));
    }

    /// <summary>An event that has no more than these numbers; its time is that of the moment that was marked, else the given one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(EngineThread thread, TraceEventKind kind, TraceEventFlags flags, int site, ulong address, ulong size, ulong time)
        => thread.Lane?.Append(kind, flags, site, address, size, thread.InOrder(time));

    /// <summary>Any event; its thread and time are filled in here.</summary>
    public void Add(EngineThread thread, TraceEvent e, ulong time)
    {
        e.Time = thread.InOrder(time);
        thread.Lane?.Append(e);
    }

    /// <summary>A thread's lane; null when recording has ended. For one caller at a time, as the following.</summary>
    public RecordingLane? Enter(int thread)
    {
        if (!_idle.TryPop(out RecordingLane? lane))
            lane = RecordingLane.Open(_memory);
        lane?.BelongsTo(thread, Now());
        return lane;
    }

    /// <summary>The thread is gone, and all that its end did to the allocator is done.</summary>
    public void Leave(EngineThread thread)
    {
        if (thread.Lane == null)
            return;
        Add(thread, TraceEventKind.ThreadExit, TraceEventFlags.None, 0, 0, 0, Next());
        _idle.Push(thread.Lane);
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>Alone on its cache lines.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct SharedCount
    {
        [FieldOffset(128)]
        public ulong Value;
    }
}
