using System.Buffers.Binary;
using System.Numerics;

namespace Faultline.Tracing.Binary;

/// <summary>CRC-32C (Castagnoli), as in iSCSI and ext4: an instruction of its own on x86-64 and Arm.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of some bytes after those that gave <paramref name="before"/> (0 at the start).</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        uint crc = ~before;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
