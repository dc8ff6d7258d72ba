namespace Faultline.Tracing.Binary;

/// <summary>
/// The file end of a trace writer: whole blocks, one write each. The first refusal is the last: its reason is kept, the torn
/// block is cut off again where the file allows it, and nothing is written any more. For one caller at a time.
/// </summary>
internal sealed class BlockSink(Stream stream)
{
    private byte[] _block = new byte[TraceFileLayout.BlockHeaderBytes + LaneBuffer.Capacity];

    /// <summary>Why nothing is written any more; null while all is well.</summary>
    public string? Failure { get; private set; }

    public long BytesWritten { get; private set; }

    public long EventsWritten { get; private set; }

    public bool TryWriteHeader()
    {
        Span<byte> header = stackalloc byte[TraceFileLayout.HeaderBytes];
        FileHeader.Write(header);
        return TryPut(header);
    }

    public bool TryWrite(BlockType type, int lane, int items, ReadOnlySpan<byte> payload)
    {
        int length = TraceFileLayout.BlockHeaderBytes + payload.Length;
        if (_block.Length < length)
            _block = new byte[length];
        Span<byte> block = _block.AsSpan(0, length);
        payload.CopyTo(block[TraceFileLayout.BlockHeaderBytes..]);
        BlockHeader.Write(block, type, lane, items);
        if (!TryPut(block))
            return false;
        if (type == BlockType.Events)
            EventsWritten += items;
        return true;
    }

    public void Fail(string reason) => Failure ??= reason;

    public void Close()
    {
        try
        {
            stream.Dispose();
        }
        catch (Exception e)
        {
            Fail($"closing the trace failed: {e.Message}");
        }
    }

    private bool TryPut(ReadOnlySpan<byte> bytes)
    {
        if (Failure != null)
            return false;
        try
        {
            stream.Write(bytes);
            stream.Flush();
            BytesWritten += bytes.Length;
            return true;
        }
        catch (Exception e)
        {
            // Whatever a stream throws: the program that is being watched must not see it.
            Fail($"writing the trace failed after {BytesWritten} bytes: {e.Message}");
            CutTornBlock();
            return false;
        }
    }

    private void CutTornBlock()
    {
        try
        {
            if (stream.CanSeek)
                stream.SetLength(BytesWritten);
        }
        catch (Exception)
        {
            // The reader copes with a torn block.
        }
    }
}
