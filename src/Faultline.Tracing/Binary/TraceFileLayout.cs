namespace Faultline.Tracing.Binary;

// A .fltrace file: a header, then blocks to the end. Little-endian. Nothing is ever written twice, so that a recording
// that ends anywhere is whole up to its last whole block.
//
//   header    0   8   magic  89 46 4C 54 0D 0A 1A 0A   (as PNG's: mangled by whatever mangles line ends or drops the eighth bit)
//             8   2   version
//            10   2   reserved, 0
//            12   4   CRC-32C of bytes 0…11
//
//   block     0   1   type: one of BlockType
//             1   3   lane: the stream that an event block continues, 0 in other blocks
//             4   4   bytes of payload, at most MaxPayloadBytes
//             8   4   items in the payload: events, sites, lines
//            12   4   CRC-32C of bytes 0…11 and the payload
//            16   …   payload
//
// Lanes are the streams of appenders that ran side by side (threads, as a rule). Blocks of one lane follow each other in order; the
// order of events across lanes is that of their times, at equal times that of the lanes.

/// <summary>What a block holds.</summary>
internal enum BlockType : byte
{
    /// <summary>Lines "name=value" of the trace's metadata, UTF-8. The first block.</summary>
    Metadata = (byte)'M',

    /// <summary>/proc/self/maps of the program before its Main, UTF-8; at most one.</summary>
    Maps = (byte)'P',

    /// <summary>Call sites; may come anywhere, ids of later blocks add to the earlier ones'.</summary>
    Sites = (byte)'S',

    /// <summary>Frames and stacks; may come anywhere, numbers of later blocks follow the earlier ones'.</summary>
    Stacks = (byte)'K',

    /// <summary>Events of one lane.</summary>
    Events = (byte)'E',

    /// <summary>The recording ended in order; 8 bytes: the number of events in the file. The last block.</summary>
    End = (byte)'Z',
}

/// <summary>Numbers of the .fltrace format.</summary>
internal static class TraceFileLayout
{
    public const ushort Version = 1;
    public const int HeaderBytes = 16;
    public const int BlockHeaderBytes = 16;
    public const int MaxPayloadBytes = 1 << 20;
    public const int MaxLane = (1 << 24) - 1;

    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'F', (byte)'L', (byte)'T', 0x0d, 0x0a, 0x1a, 0x0a];

    public const string Extension = ".fltrace";
}
