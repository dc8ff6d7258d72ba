using System.Diagnostics;
using Faultline.Kernel.Host;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Binary;

/// <summary>
/// One stream of events into a trace: for one appender at a time, a thread as a rule. Events of different lanes are put in
/// order by their times when the trace is read. Dispose when the thread ends: another one may go on with the lane.
/// </summary>
public sealed unsafe class TraceLane : IDisposable
{
    private const int ContextBytes = 4096;

    private readonly TraceWriter _writer;
    private readonly ReservedMemory? _memory;
    private readonly EventContext* _context;
    private readonly LaneBuffer[] _buffers;

    // The appender's.
    private LaneBuffer _filling;
    private byte* _cursor;
    private byte* _full;
    private int _events;

    // The writer's.
    private int _oldest;

    internal TraceLane(TraceWriter writer, int number)
    {
        Debug.Assert(sizeof(EventContext) <= ContextBytes, "the context reaches into the first buffer");
        _writer = writer;
        Number = number;
        _memory = new ReservedMemory(ContextBytes + 2 * LaneBuffer.Capacity);
        _context = (EventContext*)_memory.Start;
        _buffers = [new(_memory.Start + ContextBytes), new(_memory.Start + ContextBytes + LaneBuffer.Capacity)];
        _filling = _buffers[0];
        Fill(_filling);
    }

    /// <summary>A lane without memory; only for a writer that has stopped.</summary>
    private TraceLane(TraceWriter writer)
    {
        _writer = writer;
        _buffers = [];
        _filling = new LaneBuffer(null);
        _cursor = (byte*)1;
    }

    internal int Number { get; }

    /// <summary>
    /// Adds an event. Allocates nothing, throws nothing; waits only when the file is slower than the program, and
    /// drops the event when recording has stopped (<see cref="TraceWriter.StopReason"/>).
    /// </summary>
    public void Append(in TraceEvent e)
    {
        if (_cursor > _full && !ChangeBuffers())
            return;
        byte* end = EventEncoder.Write(_cursor, e, _context);
        _cursor = end;
        _filling.Publish((int)(end - _filling.Start), ++_events);
    }

    /// <summary>Gives the lane back to its writer. No Append may follow.</summary>
    public void Dispose()
    {
        if (_memory != null)
            _writer.Return(this);
    }

    /// <summary>A lane that drops everything, for when there is no memory for a real one and recording has stopped for it.</summary>
    internal static TraceLane Dead(TraceWriter writer) => new(writer);

    /// <summary>Puts all that is published into the file, or only what was left behind in full buffers. Under the writer's lock.</summary>
    internal void WriteOut(BlockSink sink, bool onlyFull)
    {
        for (int i = 0; i < _buffers.Length; i++)
        {
            LaneBuffer buffer = _buffers[_oldest];
            BufferState before = buffer.State;
            if (before == BufferState.Free || (onlyFull && before == BufferState.Filling))
                return;
            if (!buffer.TryWriteOut(sink, Number) || buffer.State != BufferState.Free)
                return;
            _oldest ^= 1;
        }
    }

    private bool ChangeBuffers()
    {
        if (_writer.HasStopped)
            return false;
        LaneBuffer other = _filling == _buffers[0] ? _buffers[1] : _buffers[0];
        if (other.State != BufferState.Free && !_writer.MakeRoom(this))
            return false;
        _filling.Seal();
        _writer.Wake();
        Fill(other);
        return true;
    }

    private void Fill(LaneBuffer buffer)
    {
        buffer.Begin();
        _filling = buffer;
        _cursor = buffer.Start;
        _full = buffer.Start + LaneBuffer.FullAt;
        _events = 0;
    }
}
