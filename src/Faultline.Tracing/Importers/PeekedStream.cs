namespace Faultline.Tracing.Importers;

/// <summary>A stream whose first bytes can be looked at before it is read.</summary>
internal sealed class PeekedStream(Stream inner, int headBytes) : Stream
{
    private byte[]? _head;
    private int _headLength;
    private int _taken;

    /// <summary>The first bytes; fewer only where the stream has no more.</summary>
    public ReadOnlySpan<byte> Head
    {
        get
        {
            if (_head == null)
            {
                var head = new byte[headBytes];
                _headLength = inner.ReadAtLeast(head, headBytes, throwOnEndOfStream: false);
                _head = head;
            }

            return _head.AsSpan(0, _headLength);
        }
    }

    /// <summary>The stream below, which can be read from the start where it is seekable.</summary>
    public Stream Whole => inner;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int fromHead = Math.Min(buffer.Length, Head.Length - _taken);
        if (fromHead <= 0)
            return inner.Read(buffer);
        Head.Slice(_taken, fromHead).CopyTo(buffer);
        _taken += fromHead;
        return fromHead;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
