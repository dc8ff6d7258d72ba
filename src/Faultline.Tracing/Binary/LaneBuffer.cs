namespace Faultline.Tracing.Binary;

/// <summary>Who has a lane's buffer.</summary>
internal enum BufferState
{
    /// <summary>Nobody: all that was in it is in the file.</summary>
    Free = 0,

    /// <summary>The appender fills it; what is published may be written out meanwhile.</summary>
    Filling = 1,

    /// <summary>The appender went on to the other one.</summary>
    Sealed = 2,
}

/// <summary>
/// One of a lane's two buffers. The appender publishes what it has filled and never waits for anyone but at the change of
/// buffers; the writer takes what is published and not yet written. Neither locks the other out.
/// </summary>
internal sealed unsafe class LaneBuffer(byte* start)
{
    public const int Capacity = 128 * 1024;

    /// <summary>Past this an event might not fit.</summary>
    public const int FullAt = Capacity - EventEncoding.MaxEventBytes;

    public readonly byte* Start = start;

    private long _published;
    private int _state;
    private int _writtenBytes;
    private int _writtenEvents;

    public BufferState State => (BufferState)Volatile.Read(ref _state);

    /// <summary>For the appender: makes a free buffer the one to fill.</summary>
    public void Begin()
    {
        _published = 0;
        Volatile.Write(ref _state, (int)BufferState.Filling);
    }

    /// <summary>For the appender: bytes and events up to here are whole. One store, so that the two agree.</summary>
    public void Publish(int bytes, int events) => Volatile.Write(ref _published, (long)events << 32 | (uint)bytes);

    /// <summary>For the appender, at the change of buffers.</summary>
    public void Seal() => Volatile.Write(ref _state, (int)BufferState.Sealed);

    /// <summary>For the writer: puts what is new into a block. Answers false when the file refused it.</summary>
    public bool TryWriteOut(BlockSink sink, int lane)
    {
        // The state first: what is published when it is already sealed is all there will be.
        BufferState state = State;
        long published = Volatile.Read(ref _published);
        int bytes = (int)(uint)published;
        int events = (int)(published >> 32);
        if (bytes > _writtenBytes)
        {
            if (!sink.TryWrite(BlockType.Events, lane, events - _writtenEvents, new ReadOnlySpan<byte>(Start + _writtenBytes, bytes - _writtenBytes)))
                return false;
            _writtenBytes = bytes;
            _writtenEvents = events;
        }

        if (state == BufferState.Sealed)
        {
            _writtenBytes = 0;
            _writtenEvents = 0;
            Volatile.Write(ref _state, (int)BufferState.Free);
        }

        return true;
    }
}
