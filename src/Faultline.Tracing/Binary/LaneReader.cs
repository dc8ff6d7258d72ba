using Faultline.Tracing.Events;

namespace Faultline.Tracing.Binary;

/// <summary>The events of one lane in order, one block in memory at a time.</summary>
internal sealed unsafe class LaneReader
{
    /// <summary>Readable bytes behind a block, because numbers are loaded as whole words.</summary>
    private const int Padding = sizeof(ulong);

    private readonly Stream _stream;
    private readonly List<EventBlock> _blocks;
    private readonly byte[] _context = GC.AllocateArray<byte>(sizeof(EventContext), pinned: true);
    private byte[] _payload = [];
    private byte* _cursor;
    private byte* _end;
    private int _next;
    private int _left;
    private TraceEvent _current;

    public LaneReader(Stream stream, int number, List<EventBlock> blocks)
    {
        _stream = stream;
        Number = number;
        _blocks = blocks;
    }

    public int Number { get; }

    /// <summary>The event that the last <see cref="MoveNext"/> came to.</summary>
    public ref readonly TraceEvent Current => ref _current;

    /// <summary>What was wrong with the lane's bytes although their checksum was right; null as a rule.</summary>
    public TraceDamage? Damage { get; private set; }

    /// <summary>Goes to the next event; false at the lane's end or at <see cref="Damage"/>.</summary>
    public bool MoveNext()
    {
        while (_left == 0)
        {
            if (_cursor != _end)
                return Fail($"a block has {_end - _cursor} bytes more than its events take");
            if (_next == _blocks.Count)
                return false;
            if (!TryLoad(_blocks[_next++]))
                return false;
        }

        fixed (byte* context = _context)
        {
            if (!EventDecoder.TryRead(ref _cursor, _end, (EventContext*)context, out _current))
                return Fail($"a block's event {_blocks[_next - 1].Events - _left} is none");
        }

        _left--;
        return true;
    }

    /// <summary>Whether this lane's event comes before the other's.</summary>
    public bool IsBefore(LaneReader other)
        => _current.Time < other._current.Time || (_current.Time == other._current.Time && Number < other.Number);

    private bool TryLoad(in EventBlock block)
    {
        if (_payload.Length < block.PayloadBytes + Padding)
            _payload = GC.AllocateUninitializedArray<byte>(block.PayloadBytes + Padding, pinned: true);
        fixed (byte* start = _payload)
        {
            _cursor = start;
            _end = start + block.PayloadBytes;
        }

        _left = block.Events;
        _stream.Position = block.PayloadOffset;
        int got = _stream.ReadAtLeast(_payload.AsSpan(0, block.PayloadBytes), block.PayloadBytes, throwOnEndOfStream: false);
        return got == block.PayloadBytes || Fail("the file has become shorter while it was read");
    }

    private bool Fail(string reason)
    {
        Damage = TraceDamage.AtOffset(_blocks[_next - 1].PayloadOffset - TraceFileLayout.BlockHeaderBytes, reason);
        _left = 0;
        _next = _blocks.Count;
        _cursor = _end;
        return false;
    }
}
