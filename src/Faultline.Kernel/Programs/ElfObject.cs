// What loading a program needs to know of an ELF file (elf(5), fs/binfmt_elf.c, 6.18; glibc 2.36 elf/dl-load.c, dl-reloc.c).

namespace Faultline.Kernel;

/// <summary>A PT_LOAD segment. Bytes; addresses are relative to where the object is loaded.</summary>
/// <param name="Offset">Where in the file it starts.</param>
/// <param name="Address">Where it comes to lie; equal to the offset within a page.</param>
/// <param name="FileBytes">How much of it is in the file.</param>
/// <param name="MemoryBytes">How much of it there is; the rest is zeros (.bss).</param>
/// <param name="Protection">Permissions.</param>
public sealed record ElfSegment(ulong Offset, ulong Address, ulong FileBytes, ulong MemoryBytes, Protection Protection)
{
    internal ulong FirstPage => PageSize.Down(Address);

    internal ulong FileEnd => PageSize.Up(Address + FileBytes);

    internal ulong End => PageSize.Up(Address + MemoryBytes);
}

/// <summary>A program, its interpreter, or a library.</summary>
public sealed record ElfObject
{
    /// <summary>As it is opened, and as maps prints it.</summary>
    public required string Path { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required ulong FileSize { get; init; }

    /// <summary>In ascending order of their addresses; at least one.</summary>
    public required IReadOnlyList<ElfSegment> Segments { get; init; }

    /// <summary>PT_GNU_RELRO, relative address and bytes: written when it is relocated, read-only afterwards. 0 bytes: none.</summary>
    public ulong RelroAddress { get; init; }

    public ulong RelroBytes { get; init; }

    /// <summary>Bytes of each executable segment that run from its start on while the program starts.</summary>
    public ulong StartupCodeBytes { get; init; } = 16 << 10;

    /// <summary>Address space that it takes, page aligned.</summary>
    internal ulong Span => Segments[^1].End - Segments[0].FirstPage;

    /// <summary>Throws <see cref="ArgumentException"/> for an object without segments, or with segments that overlap or do not fit their file.</summary>
    internal void Validate()
    {
        if (Segments.Count == 0)
            throw new ArgumentException($"{Path}: a program without segments cannot be loaded");
        ulong end = 0;
        foreach (ElfSegment segment in Segments)
        {
            bool congruent = (segment.Offset & PageSize.Mask) == (segment.Address & PageSize.Mask);
            if (!congruent || segment.FirstPage < end || segment.MemoryBytes < segment.FileBytes || segment.Offset + segment.FileBytes > FileSize)
                throw new ArgumentException($"{Path}: the segment at 0x{segment.Address:x} (offset 0x{segment.Offset:x}, 0x{segment.FileBytes:x} bytes of the file, 0x{segment.MemoryBytes:x} in memory) cannot be loaded");
            end = segment.End;
        }
    }
}
