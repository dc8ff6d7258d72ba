// execve(2) and the dynamic linker (fs/binfmt_elf.c load_elf_binary, elf_load, arch/x86/entry/vdso/vma.c, 6.18; glibc 2.36
// elf/dl-map-segments.h, dl-reloc.c, sysdeps/x86/cpu-features, csu/libc-tls.c), without randomisation.
//
//   0x555555554000 program │ heap ─►      ◄─ anonymous │ libraries │ [vvar] [vdso] │ interpreter │ 0x7ffff7fff000 …… stack ◄─ 0x7ffffffff000
//
// A library is mapped as a whole, read-only, and its segments over that; the rest of the last page of the file's part and what lies
// behind it is zeros. Relocating writes to the part that is read-only later, so that each process has copies of those pages.

namespace Faultline.Kernel;

internal sealed class ProgramLoader(Process process, FileTable files)
{
    public const ulong ProgramBase = 0x5555_5555_4000;
    public const ulong StackTop = 0x7fff_ffff_f000;

    /// <summary>What setup_arg_pages maps at first: 128 KiB and the page that the arguments lie in.</summary>
    private const ulong StackBytes = (128 + 4) << 10;
    private const ulong VvarBytes = 4 << 12, VclockBytes = 2 << 12, VdsoBytes = 2 << 12;

    /// <summary>The dynamic linker's own first memory.</summary>
    private const ulong LinkerBytes = 2 << 12;

    /// <summary>Where the heap starts: after the program's zeros, on the next page.</summary>
    public static VirtualAddress HeapOf(ProgramImage image) => new(ProgramBase - image.Executable.Segments[0].FirstPage + image.Executable.Segments[^1].End);

    public void Load(ProgramImage image)
    {
        MapStack(image);
        MapSegments(image.Executable, ProgramBase - image.Executable.Segments[0].FirstPage);
        ulong linker = image.Interpreter == null ? 0 : MapInterpreter(image.Interpreter);
        MapVdso();
        if (image.Interpreter != null)
            Link(image, image.Interpreter, linker);
        else
            Relocate(image.Executable, ProgramBase - image.Executable.Segments[0].FirstPage);
        foreach (ImageMapping mapping in image.Mappings)
            MapOwn(mapping);
    }

    /// <summary>What the dynamic linker does before the program's first instruction.</summary>
    private void Link(ProgramImage image, ElfObject interpreter, ulong linker)
    {
        Relocate(interpreter, linker, protect: false);
        Touch(Anonymous(0, LinkerBytes), LinkerBytes, AccessKind.Write);
        ulong cache = MapLinkerCache(image.LinkerCacheBytes);
        ulong[] bases = [.. image.Libraries.Select(MapLibrary)];
        if (image.ThreadBytes != 0)
            Touch(Anonymous(0, image.ThreadBytes), image.ThreadBytes, AccessKind.Write);
        for (int i = bases.Length - 1; i >= 0; i--)
            Relocate(image.Libraries[i], bases[i]);
        Relocate(image.Executable, ProgramBase - image.Executable.Segments[0].FirstPage);
        ProtectRelro(interpreter, linker);
        if (cache != 0)
            process.Munmap(new(cache), image.LinkerCacheBytes);
    }

    private void MapStack(ProgramImage image)
    {
        ulong start = StackTop - StackBytes;
        Check(process.MapStack(start, StackBytes), "[stack]");
        ulong used = Math.Min(PageSize.Up(image.StackUsed), StackBytes);
        Touch(StackTop - used, used, AccessKind.Write);
    }

    /// <summary>The interpreter lies as high as it can.</summary>
    private ulong MapInterpreter(ElfObject linker)
    {
        OpenFile file = files.Open(FileOf(linker), Protection.Read);
        ulong address = Map(file, 0, linker.Span, linker.Segments[0].Protection, linker.Segments[0].Offset, MapFlags.None);
        files.Close(file);
        process.Munmap(new(address), linker.Span);
        MapSegments(linker, address - linker.Segments[0].FirstPage);
        return address - linker.Segments[0].FirstPage;
    }

    /// <summary>Pages of the kernel that every process has; the processor's clock pages are never counted.</summary>
    private void MapVdso()
    {
        ulong start = process.PlaceAnywhere(VvarBytes + VclockBytes + VdsoBytes);
        MapKernel("[vvar]", start, VvarBytes, Protection.Read);
        MapKernel("[vvar_vclock]", start + VvarBytes, VclockBytes, Protection.Read);
        MapKernel("[vdso]", start + VvarBytes + VclockBytes, VdsoBytes, Protection.Read | Protection.Execute);
    }

    private void MapKernel(string name, ulong start, ulong bytes, Protection protection)
    {
        OpenFile file = files.Open(files.Find(name) ?? files.Create(name, bytes, FileKind.Kernel), Protection.Read);
        Map(file, start, bytes, protection, 0, MapFlags.Fixed);
        files.Close(file);
    }

    /// <summary>Where libraries are found; searched by halving, so that few of its pages are used.</summary>
    private ulong MapLinkerCache(ulong bytes)
    {
        if (bytes == 0)
            return 0;
        const string Path = "/etc/ld.so.cache";
        OpenFile file = files.Open(files.Find(Path) ?? files.Create(Path, bytes), Protection.Read);
        ulong start = Map(file, 0, bytes, Protection.Read, 0, MapFlags.None);
        files.Close(file);
        Touch(start, PageSize.Bytes, AccessKind.Read);
        Touch(start + bytes / 2, 1, AccessKind.Read);
        return start;
    }

    private ulong MapLibrary(ElfObject library)
    {
        OpenFile file = files.Open(FileOf(library), Protection.Read);
        ElfSegment first = library.Segments[0];
        ulong start = Map(file, 0, library.Span, first.Protection, PageSize.Down(first.Offset), MapFlags.None);
        ulong bias = start - first.FirstPage;
        ProtectHoles(library, bias);
        foreach (ElfSegment segment in library.Segments.Skip(1))
            Map(file, bias + segment.FirstPage, segment.FileEnd - segment.FirstPage, segment.Protection, PageSize.Down(segment.Offset), MapFlags.Fixed);
        foreach (ElfSegment segment in library.Segments)
            MapZeros(segment, bias);
        files.Close(file);
        return bias;
    }

    /// <summary>Addresses between segments belong to no file; the first mapping covered them.</summary>
    private void ProtectHoles(ElfObject library, ulong bias)
    {
        bool holes = false;
        for (int i = 1; i < library.Segments.Count; i++)
            holes |= library.Segments[i - 1].FileEnd != library.Segments[i].FirstPage;
        ulong start = bias + library.Segments[0].FileEnd, end = bias + library.Segments[^1].FirstPage;
        if (holes && end > start)
            Check(process.Mprotect(new(start), end - start, Protection.None), library.Path);
    }

    private void MapOwn(ImageMapping mapping)
    {
        ulong start = mapping.Path == null
            ? Check(process.Mmap(default, mapping.Length, mapping.Protection, MapFlags.Private | MapFlags.NoReserve), "anonymous memory")
            : MapOwnFile(mapping, mapping.Path);
        if (mapping.Used != 0)
            Touch(start, mapping.Used, (mapping.Protection & Protection.Write) != 0 ? AccessKind.Write : AccessKind.Read);
    }

    private ulong MapOwnFile(ImageMapping mapping, string path)
    {
        const string Memory = "/memfd:";
        bool shared = path.StartsWith(Memory, StringComparison.Ordinal);
        OpenFile file = shared
            ? files.CreateMemfd(path[Memory.Length..], mapping.Length)
            : files.Open(files.Find(path) ?? files.Create(path, mapping.Length), Protection.Read);
        MapFlags flags = shared ? MapFlags.Shared : MapFlags.Private;
        ulong start = Check(process.Mmap(default, mapping.Length, mapping.Protection, flags, file, 0), path);
        files.Close(file);
        return start;
    }

    private void MapSegments(ElfObject program, ulong bias)
    {
        OpenFile file = files.Open(FileOf(program), Protection.Read);
        foreach (ElfSegment segment in program.Segments)
        {
            Map(file, bias + segment.FirstPage, segment.FileEnd - segment.FirstPage, segment.Protection, PageSize.Down(segment.Offset), MapFlags.Fixed);
            MapZeros(segment, bias);
        }

        files.Close(file);
    }

    /// <summary>What a segment has beyond the file: the rest of the last page is cleared, the pages after it are anonymous.</summary>
    private void MapZeros(ElfSegment segment, ulong bias)
    {
        if (segment.MemoryBytes == segment.FileBytes)
            return;
        ulong end = bias + segment.Address + segment.FileBytes;
        if ((end & PageSize.Mask) != 0 && (segment.Protection & Protection.Write) != 0)
            Touch(PageSize.Down(end), PageSize.Bytes, AccessKind.Write);
        if (segment.End > segment.FileEnd)
            Check(process.Mmap(new(bias + segment.FileEnd), segment.End - segment.FileEnd, segment.Protection, MapFlags.Private | MapFlags.Fixed), "zeros");
    }

    /// <summary>Symbols are looked up in the first segment, relocations are written, some code runs.</summary>
    private void Relocate(ElfObject loaded, ulong bias, bool protect = true)
    {
        foreach (ElfSegment segment in loaded.Segments)
        {
            ulong bytes = segment.FileEnd - segment.FirstPage;
            if ((segment.Protection & Protection.Write) != 0)
                Touch(bias + segment.FirstPage, bytes, AccessKind.Write);
            else if ((segment.Protection & Protection.Execute) != 0)
                Touch(bias + segment.FirstPage, Math.Min(bytes, PageSize.Up(loaded.StartupCodeBytes)), AccessKind.Read);
            else
                Touch(bias + segment.FirstPage, segment == loaded.Segments[0] ? bytes : PageSize.Bytes, AccessKind.Read);
        }

        if (protect)
            ProtectRelro(loaded, bias);
    }

    private void ProtectRelro(ElfObject loaded, ulong bias)
    {
        ulong start = PageSize.Down(bias + loaded.RelroAddress), end = PageSize.Down(bias + loaded.RelroAddress + loaded.RelroBytes);
        if (end > start)
            Check(process.Mprotect(new(start), end - start, Protection.Read), loaded.Path);
    }

    private ulong Map(OpenFile file, ulong start, ulong bytes, Protection protection, ulong offset, MapFlags flags) =>
        Check(process.Mmap(new(start), bytes, protection, MapFlags.Private | flags, file, offset), file.Inode.Path);

    private ulong Anonymous(ulong start, ulong bytes) => Check(process.Mmap(new(start), bytes, Protection.ReadWrite, MapFlags.Private), "anonymous memory");

    private void Touch(ulong start, ulong bytes, AccessKind kind) => process.AccessRange(new(start), bytes, kind);

    private Inode FileOf(ElfObject loaded) => files.Find(loaded.Path) ?? files.Create(loaded.Path, loaded.FileSize);

    private static ulong Check(SystemCallResult result, string what) =>
        result.Failed ? throw new OutOfMemoryException($"{what} cannot be mapped: {result.Error}") : result.Address.Value;
}
