using System.Buffers.Binary;

namespace Faultline.Tracing.Binary;

/// <summary>The 16 bytes before a block's payload; see <see cref="TraceFileLayout"/>.</summary>
internal readonly record struct BlockHeader(BlockType Type, int Lane, int PayloadBytes, int Items, uint Checksum)
{
    private const int CheckedBytes = 12;

    /// <summary>Fills in the header at the start of <paramref name="block"/>, behind which the payload stands already.</summary>
    public static void Write(Span<byte> block, BlockType type, int lane, int items)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block, (byte)type | (uint)lane << 8);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], block.Length - TraceFileLayout.BlockHeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], items);
        BinaryPrimitives.WriteUInt32LittleEndian(block[CheckedBytes..], Sum(block, block[TraceFileLayout.BlockHeaderBytes..]));
    }

    public static BlockHeader Read(ReadOnlySpan<byte> bytes)
    {
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return new BlockHeader((BlockType)(byte)first, (int)(first >> 8), BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[CheckedBytes..]));
    }

    /// <summary>The checksum that a header and its payload should carry.</summary>
    public static uint Sum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload) => Crc32C.Of(payload, Crc32C.Of(header[..CheckedBytes]));

    public bool HasPossibleLength => PayloadBytes is >= 0 and <= TraceFileLayout.MaxPayloadBytes;
}
