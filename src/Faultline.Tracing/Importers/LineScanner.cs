namespace Faultline.Tracing.Importers;

/// <summary>
/// Lines of bytes out of a stream, without a string for each: recordings have millions. What the stream throws (a compressed
/// file that is cut off or damaged) becomes the end of the lines, with the reason kept.
/// </summary>
internal sealed class LineScanner(Stream stream)
{
    /// <summary>No recorder writes longer ones; a longer one is taken for damage.</summary>
    public const int LongestLine = 1 << 20;

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _streamEnded;

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Why there are no more lines, when it is not the stream's end.</summary>
    public string? Failure { get; private set; }

    /// <summary>The last line was not ended by a line end: it may have been cut.</summary>
    public bool LastLineIsOpen { get; private set; }

    /// <summary>The next line without its end, valid until the next call; false when there is none.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        line = default;
        int scanned = 0;
        while (true)
        {
            int newline = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = Take(scanned + newline, 1);
                return true;
            }

            scanned = _end - _start;
            if (scanned > LongestLine)
            {
                Line++;
                return Fail($"a line is longer than {LongestLine} bytes");
            }

            if (Fill())
                continue;
            if (scanned == 0 || Failure != null)
                return false;
            LastLineIsOpen = true;
            line = Take(scanned, 0);
            return true;
        }
    }

    private ReadOnlySpan<byte> Take(int length, int lineEnd)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += length + lineEnd;
        Line++;
        return line;
    }

    /// <summary>Reads more behind what is there; false at the end.</summary>
    private bool Fill()
    {
        if (_streamEnded)
            return false;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        try
        {
            int got = stream.Read(_buffer, _end, _buffer.Length - _end);
            _end += got;
            _streamEnded = got == 0;
            return got > 0;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Each decompressor has exceptions of its own for data that it cannot make sense of.
            _streamEnded = true;
            Line++;
            return Fail($"the file cannot be read on: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private bool Fail(string reason)
    {
        Failure = reason;
        return false;
    }
}
