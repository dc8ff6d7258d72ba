using ZstdSharp;

namespace Faultline.Tool.Verbs;

/// <summary>A zstd stream, decompressed. Damage is an <see cref="InvalidDataException"/>, as with .NET's own decompressors.</summary>
internal sealed class ZstdStream(Stream compressed) : Stream
{
    private readonly DecompressionStream _plain = new(compressed, leaveOpen: false);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _plain.Read(buffer);
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException($"damaged zstd data: {e.Message}", e);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("the zstd data is cut off", e);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _plain.Dispose();
        base.Dispose(disposing);
    }
}
