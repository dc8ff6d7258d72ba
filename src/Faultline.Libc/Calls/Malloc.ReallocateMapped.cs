using Faultline.Kernel;

namespace Faultline.Libc;

// realloc of a chunk that is a mapping of its own (mremap_chunk of glibc 2.36, malloc/malloc.c).
public sealed unsafe partial class Malloc<TProcess>
{
    private ulong ReallocateMapped(MallocThread thread, ulong chunk, ulong size, ulong n)
    {
        ulong remapped = RemapChunk(chunk, size);
        if (remapped != 0)
            return remapped + ChunkLayout.HeaderSize;
        ulong pointer = chunk + ChunkLayout.HeaderSize, oldSize = SizeOf(chunk);
        if (oldSize - ChunkLayout.WordSize >= size)
            return pointer;
        ulong moved = Allocate(thread, n);
        if (moved == 0)
            return 0;
        CopyBlock(moved, pointer, oldSize - ChunkLayout.HeaderSize);
        FreeMapped(chunk);
        return moved;
    }

    /// <summary>Resizes the mapping; the pages and their states move along. 0 if the kernel refuses.</summary>
    private ulong RemapChunk(ulong chunk, ulong size)
    {
        ulong lead = PreviousSize(chunk);
        ulong oldLength = lead + SizeOf(chunk);
        ulong length = PageSize.Up(size + lead + ChunkLayout.WordSize);
        if (length == oldLength)
            return chunk;
        SystemCallResult mapping = _process.Mremap(new VirtualAddress(chunk - lead), oldLength, length, mayMove: true);
        if (mapping.Failed)
            return 0;
        RequireCovered(mapping.Address.Value, length);
        ulong moved = mapping.Address.Value + lead;
        Store(in PreviousSize(moved), lead);
        Store(in Head(moved), (length - lead) | ChunkLayout.Mapped);
        TouchWrite(moved + ChunkLayout.SizeOffset);
        CountMapping(0, length - oldLength);
        return moved;
    }
}
