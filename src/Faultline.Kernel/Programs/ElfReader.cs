// The program headers of an ELF file (elf(5)): 64-bit, little endian.
//
//   e_phoff at 32, e_phentsize at 54, e_phnum at 56
//   program header: type 0 │ flags 4 │ offset 8 │ vaddr 16 │ paddr 24 │ filesz 32 │ memsz 40 │ align 48

using System.Buffers.Binary;
using System.Text;

namespace Faultline.Kernel;

/// <summary>Reads what loading needs from a real file.</summary>
public static class ElfReader
{
    private const uint Load = 1, Interpreter = 3, Relro = 0x6474e552;
    private const int HeaderBytes = 64, EntryBytes = 56;

    /// <summary>Reads a program or library of the host. Throws <see cref="ArgumentException"/> where the file is no 64-bit little-endian ELF file, and what <see cref="File.ReadAllBytes"/> throws where it cannot be read.</summary>
    /// <param name="file">Path on the host.</param>
    /// <param name="interpreter">The path that PT_INTERP names, or null.</param>
    public static ElfObject Read(string file, out string? interpreter) => Parse(file, File.ReadAllBytes(file), out interpreter);

    internal static ElfObject Parse(string path, ReadOnlySpan<byte> bytes, out string? interpreter)
    {
        interpreter = null;
        if (bytes.Length < HeaderBytes || !bytes[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new ArgumentException($"{path} is no 64-bit little-endian ELF file");
        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes[56..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[54..]) != EntryBytes || table > (ulong)bytes.Length || (ulong)count * EntryBytes > (ulong)bytes.Length - table)
            throw new ArgumentException($"{path}: the program headers lie outside the file");
        var segments = new List<ElfSegment>();
        (ulong Address, ulong Bytes) relro = default;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = bytes.Slice((int)table + i * EntryBytes, EntryBytes);
            ElfSegment segment = Segment(entry);
            switch (BinaryPrimitives.ReadUInt32LittleEndian(entry))
            {
                case Load when segment.MemoryBytes != 0:
                    segments.Add(segment);
                    break;
                case Relro:
                    relro = (segment.Address, segment.MemoryBytes);
                    break;
                case Interpreter when segment.Offset + segment.FileBytes <= (ulong)bytes.Length && segment.FileBytes != 0:
                    interpreter = Encoding.UTF8.GetString(bytes.Slice((int)segment.Offset, (int)segment.FileBytes - 1));
                    break;
            }
        }

        var read = new ElfObject { Path = path, FileSize = (ulong)bytes.Length, Segments = segments, RelroAddress = relro.Address, RelroBytes = relro.Bytes };
        read.Validate();
        return read;
    }

    private static ElfSegment Segment(ReadOnlySpan<byte> entry)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        Protection protection = ((flags & 4) != 0 ? Protection.Read : 0) | ((flags & 2) != 0 ? Protection.Write : 0) | ((flags & 1) != 0 ? Protection.Execute : 0);
        return new ElfSegment(
            BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(entry[40..]),
            protection);
    }
}
