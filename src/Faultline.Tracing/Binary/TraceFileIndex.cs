using System.Buffers.Binary;
using System.Text;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Binary;

/// <summary>An event block: where its payload lies and what should be in it.</summary>
internal readonly record struct EventBlock(long PayloadOffset, int PayloadBytes, int Events);

/// <summary>
/// A first pass over a trace: every block is read and its checksum checked, event blocks are noted by lane, and what else
/// there is, is taken in. Costs a few bytes of memory a block, so that the second pass can merge the lanes while it streams.
/// </summary>
internal sealed class TraceFileIndex
{
    private readonly Dictionary<int, List<EventBlock>> _lanes = [];
    private readonly Dictionary<int, CallSite> _sites = [];
    private readonly List<string> _notes = [];
    private byte[] _payload = new byte[LaneBuffer.Capacity];

    private TraceFileIndex()
    {
    }

    public TraceMetadata Metadata { get; private set; } = new();

    public SiteTable Sites { get; private set; } = SiteTable.Empty;

    public StackTable Stacks { get; } = new();

    public IReadOnlyDictionary<int, List<EventBlock>> Lanes => _lanes;

    public IReadOnlyList<string> Notes => _notes;

    public long EventCount { get; private set; }

    /// <summary>Why the blocks end where they do; null when the trace was closed in order.</summary>
    public TraceDamage? Damage { get; private set; }

    /// <summary>Reads a stream from its start. Throws <see cref="TraceFormatException"/> when it does not start as a trace.</summary>
    public static TraceFileIndex Read(Stream stream)
    {
        var index = new TraceFileIndex();
        stream.Position = 0;
        Span<byte> header = stackalloc byte[TraceFileLayout.HeaderBytes];
        FileHeader.Check(header[..stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false)]);
        long offset = TraceFileLayout.HeaderBytes;
        while (index.TryReadBlock(stream, ref offset, out bool ended) && !ended)
        {
        }

        index.Sites = new SiteTable(index._sites.Values);
        return index;
    }

    /// <summary>Reads the block at an offset and moves the offset past it. False, with <see cref="Damage"/> set, when it is not whole.</summary>
    private bool TryReadBlock(Stream stream, ref long offset, out bool ended)
    {
        ended = false;
        Span<byte> header = stackalloc byte[TraceFileLayout.BlockHeaderBytes];
        int got = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (got == 0)
            return Fail(offset, "the recording was not closed: the program was killed, or is still running");
        if (got < header.Length)
            return Fail(offset, $"cut off {got} bytes into a block's header of {header.Length}");
        BlockHeader block = BlockHeader.Read(header);
        if (!block.HasPossibleLength)
            return Fail(offset, $"a block says that it has {block.PayloadBytes} bytes, the most is {TraceFileLayout.MaxPayloadBytes}");
        if (_payload.Length < block.PayloadBytes)
            _payload = new byte[block.PayloadBytes];
        Span<byte> payload = _payload.AsSpan(0, block.PayloadBytes);
        got = stream.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false);
        if (got < payload.Length)
            return Fail(offset, $"cut off {got} bytes into a block of {payload.Length}");
        uint sum = BlockHeader.Sum(header, payload);
        if (sum != block.Checksum)
            return Fail(offset, $"a block's checksum is {block.Checksum:x8}, its bytes give {sum:x8}");
        if (!Take(block, payload, offset))
            return false;
        offset += header.Length + payload.Length;
        ended = block.Type == BlockType.End;
        return !ended || stream.ReadByte() < 0 || Fail(offset, "there is something after the end of the trace");
    }

    private bool Take(in BlockHeader block, ReadOnlySpan<byte> payload, long offset)
    {
        switch (block.Type)
        {
            case BlockType.Metadata:
                Metadata = MetadataText.Read(payload);
                return true;
            case BlockType.Maps:
                Metadata = Metadata with { Maps = Encoding.UTF8.GetString(payload) };
                return true;
            case BlockType.Events:
                return TakeEvents(block, offset);
            case BlockType.Sites:
                return TakeSites(block, payload, offset);
            case BlockType.Stacks:
                return StackBlocks.TryRead(payload, block.Items, Stacks) || Fail(offset, "a block of call stacks holds something else");
            case BlockType.End:
                long events = payload.Length == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(payload) : -1;
                return events == EventCount || Fail(offset, $"the trace ends after {EventCount} events, its last block counts {events}");
            default:
                _notes.Add($"a block of unknown type {(byte)block.Type} at offset {offset} was passed over");
                return true;
        }
    }

    private bool TakeEvents(in BlockHeader block, long offset)
    {
        if (block.Items < 0 || block.Items > block.PayloadBytes / 2)
            return Fail(offset, $"a block of {block.PayloadBytes} bytes says that it holds {block.Items} events");
        if (!_lanes.TryGetValue(block.Lane, out List<EventBlock>? lane))
            _lanes.Add(block.Lane, lane = []);
        lane.Add(new EventBlock(offset + TraceFileLayout.BlockHeaderBytes, block.PayloadBytes, block.Items));
        EventCount += block.Items;
        return true;
    }

    private bool TakeSites(in BlockHeader block, ReadOnlySpan<byte> payload, long offset)
    {
        if (SiteBlocks.Read(payload, block.Items) is not { } sites)
            return Fail(offset, "a block of call sites holds something else");
        foreach (CallSite site in sites)
            _sites[site.Id] = site;
        return true;
    }

    private bool Fail(long offset, string reason)
    {
        Damage = TraceDamage.AtOffset(offset, reason);
        return false;
    }
}
