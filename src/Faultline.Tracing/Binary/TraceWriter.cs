using System.Buffers.Binary;
using System.Text;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Binary;

/// <summary>
/// Records a trace. Events are encoded where they happen, into buffers of fixed size (<see cref="TraceLane"/>), and written out
/// by a thread of the writer's own; only blocks that <see cref="Flush"/> or a full buffer put into the file survive the
/// death of the process. When the file cannot be written recording stops and the program goes on: see <see cref="StopReason"/>.
/// </summary>
public sealed class TraceWriter : IDisposable
{
    /// <summary>How long an appender waits for a file that does not take its blocks before recording is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly BlockSink _sink;
    private readonly Lock _sinkLock = new();
    private readonly Lock _lanesLock = new();
    private readonly Stack<TraceLane> _idleLanes = [];
    private readonly AutoResetEvent _work = new(false);
    private readonly Thread? _thread;
    private TraceLane[] _lanes = [];
    private TraceLane? _ownLane;
    private volatile bool _stopped;
    private volatile bool _closing;
    private int _disposed;

    /// <param name="stream">Written from its position on, and closed at the end. Should not buffer.</param>
    /// <param name="metadata">What is known of the trace as a whole.</param>
    public TraceWriter(Stream stream, TraceMetadata metadata)
    {
        _sink = new BlockSink(stream);
        _stopped = !_sink.TryWriteHeader() || !_sink.TryWrite(BlockType.Metadata, 0, 1, MetadataText.Write(metadata)) || !TryWriteMaps(metadata.Maps);
        _thread = StartThread();
    }

    /// <summary>Why recording ended early, as a sentence for a note; null while it goes on, or ended in order.</summary>
    public string? StopReason => _sink.Failure;

    /// <summary>Events in the file so far.</summary>
    public long EventsWritten => _sink.EventsWritten;

    /// <summary>Length of the file so far.</summary>
    public long BytesWritten => _sink.BytesWritten;

    internal bool HasStopped => _stopped;

    /// <summary>
    /// Makes a trace file. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when that is impossible, also
    /// because the file exists and must not be overwritten.
    /// </summary>
    public static TraceWriter Create(string path, TraceMetadata metadata, bool overwrite = false)
        => new(new FileStream(path, overwrite ? FileMode.Create : FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0), metadata);

    /// <summary>A stream of events for one thread. Cheap when another thread has given its own back.</summary>
    public TraceLane OpenLane()
    {
        lock (_lanesLock)
        {
            if (_idleLanes.TryPop(out TraceLane? idle))
                return idle;
            TraceLane lane;
            try
            {
                lane = new TraceLane(this, _lanes.Length);
            }
            catch (OutOfMemoryException e)
            {
                GiveUp($"no memory for a trace buffer: {e.Message}");
                return TraceLane.Dead(this);
            }

            Volatile.Write(ref _lanes, [.. _lanes, lane]);
            return lane;
        }
    }

    /// <summary>Adds an event to the writer's own lane: for one caller at a time. See <see cref="TraceLane.Append"/>.</summary>
    public void Append(in TraceEvent e) => (_ownLane ??= OpenLane()).Append(e);

    /// <summary>Adds call sites, whose ids must be new. They may be referred to before they are added.</summary>
    public void AddSites(IEnumerable<CallSite> sites)
    {
        lock (_sinkLock)
        {
            foreach ((int count, byte[] payload) in SiteBlocks.Write(sites))
                _stopped |= !_sink.TryWrite(BlockType.Sites, 0, count, payload);
        }
    }

    /// <summary>Adds the stacks of a table that come after the first frames and nodes. They may be referred to before they are added.</summary>
    public void AddStacks(StackTable stacks, int framesBefore = 0, int nodesBefore = 0)
    {
        lock (_sinkLock)
        {
            foreach ((int count, byte[] payload) in StackBlocks.Write(stacks, framesBefore, nodesBefore))
                _stopped |= !_sink.TryWrite(BlockType.Stacks, 0, count, payload);
        }
    }

    /// <summary>Puts into the file what was appended before: what a reader would find if the process died now.</summary>
    public void Flush() => WriteOut(onlyFull: false);

    /// <summary>Writes what is left and the end of the trace, and closes the stream. What is appended from now on is dropped.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _closing = true;
        _work.Set();
        if (_thread?.Join(Patience) == false)
        {
            GiveUp($"the trace file took nothing for {Patience.TotalSeconds} s");
            return;
        }

        Flush();
        lock (_sinkLock)
        {
            Span<byte> count = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(count, _sink.EventsWritten);
            _sink.TryWrite(BlockType.End, 0, 1, count);
            _sink.Close();
            _stopped = true;
        }
    }

    internal void Return(TraceLane lane)
    {
        lock (_lanesLock)
            _idleLanes.Push(lane);
    }

    /// <summary>Tells the writer's thread that a buffer is full.</summary>
    internal void Wake()
    {
        if (!_closing)
            _work.Set();
    }

    /// <summary>For an appender both of whose buffers are full: writes them out itself. False when recording has stopped.</summary>
    internal bool MakeRoom(TraceLane lane)
    {
        if (!_sinkLock.TryEnter(Patience))
        {
            GiveUp($"the trace file took nothing for {Patience.TotalSeconds} s");
            return false;
        }

        try
        {
            lane.WriteOut(_sink, onlyFull: true);
            _stopped |= _sink.Failure != null;
            return !_stopped;
        }
        finally
        {
            _sinkLock.Exit();
        }
    }

    /// <summary>A text that no reader would take is a mistake of the caller: recorders bound what they read.</summary>
    private bool TryWriteMaps(string maps)
    {
        byte[] text = Encoding.UTF8.GetBytes(maps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, TraceFileLayout.MaxPayloadBytes, nameof(maps));
        return text.Length == 0 || _sink.TryWrite(BlockType.Maps, 0, 1, text);
    }

    private void GiveUp(string reason)
    {
        _sink.Fail(reason);
        _stopped = true;
    }

    /// <summary>Null where the process may have no more threads: appenders then write their full buffers out themselves.</summary>
    private Thread? StartThread()
    {
        try
        {
            var thread = new Thread(WriteFullBuffers) { IsBackground = true, Name = "faultline trace" };
            thread.Start();
            return thread;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return null;
        }
    }

    private void WriteFullBuffers()
    {
        while (_work.WaitOne() && !_closing)
            WriteOut(onlyFull: true);
    }

    private void WriteOut(bool onlyFull)
    {
        lock (_sinkLock)
        {
            foreach (TraceLane lane in Volatile.Read(ref _lanes))
                lane.WriteOut(_sink, onlyFull);
            _stopped |= _sink.Failure != null;
        }
    }
}
