using System.Buffers.Text;
using System.Text;

namespace Faultline.Tracing.Transcripts;

/// <summary>Builds ASCII lines of words and numbers and writes them to a stream in blocks, without a string for each.</summary>
internal sealed class LineWriter(Stream stream)
{
    private const int LongestWord = 256;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _used;
    private bool _lineStarted;

    public LineWriter Text(string word)
    {
        Separate();
        if (word.Length > _buffer.Length - _used)
            Flush();
        _used += Encoding.ASCII.GetBytes(word, _buffer.AsSpan(_used));
        return this;
    }

    public LineWriter Number(ulong value)
    {
        Separate();
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_used), out int written);
        _used += written;
        return this;
    }

    public LineWriter Signed(long value)
    {
        Separate();
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_used), out int written);
        _used += written;
        return this;
    }

    public LineWriter Hex(ulong value, string prefix = "")
    {
        Separate();
        _used += Encoding.ASCII.GetBytes(prefix, _buffer.AsSpan(_used));
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_used), out int written, new('x'));
        _used += written;
        return this;
    }

    /// <summary>A number and a letter without a space between.</summary>
    public LineWriter Run(ulong length, char kind)
    {
        Number(length);
        _buffer[_used++] = (byte)kind;
        return this;
    }

    public void End()
    {
        _buffer[_used++] = (byte)'\n';
        _lineStarted = false;
    }

    public void Flush()
    {
        stream.Write(_buffer, 0, _used);
        _used = 0;
    }

    /// <summary>A space between the words of a line; and room for the next word.</summary>
    private void Separate()
    {
        if (_buffer.Length - _used < LongestWord)
            Flush();
        if (_lineStarted)
            _buffer[_used++] = (byte)' ';
        _lineStarted = true;
    }
}
