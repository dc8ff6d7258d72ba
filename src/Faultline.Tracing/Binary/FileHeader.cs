using System.Buffers.Binary;

namespace Faultline.Tracing.Binary;

/// <summary>The first 16 bytes of a .fltrace file; see <see cref="TraceFileLayout"/>.</summary>
internal static class FileHeader
{
    private const int CheckedBytes = 12;

    public static void Write(Span<byte> header)
    {
        TraceFileLayout.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], TraceFileLayout.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[10..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header[CheckedBytes..], Crc32C.Of(header[..CheckedBytes]));
    }

    /// <summary>Throws <see cref="TraceFormatException"/> unless these bytes start a trace of this version.</summary>
    public static void Check(ReadOnlySpan<byte> header)
    {
        if (header.Length < TraceFileLayout.HeaderBytes)
            throw new TraceFormatException($"not a .fltrace file: it has {header.Length} bytes, its header alone would take {TraceFileLayout.HeaderBytes}");
        if (!header[..8].SequenceEqual(TraceFileLayout.Magic))
            throw new TraceFormatException($"not a .fltrace file: it starts with {Convert.ToHexString(header[..8])}, not {Convert.ToHexString(TraceFileLayout.Magic)}");
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        if (version != TraceFileLayout.Version)
            throw new TraceFormatException($"the trace has format version {version}; this Faultline reads version {TraceFileLayout.Version}");
        uint sum = BinaryPrimitives.ReadUInt32LittleEndian(header[CheckedBytes..]);
        uint expected = Crc32C.Of(header[..CheckedBytes]);
        if (sum != expected)
            throw new TraceFormatException($"the trace's header is damaged: its checksum is {sum:x8}, its bytes give {expected:x8}");
    }
}
