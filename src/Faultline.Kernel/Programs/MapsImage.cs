namespace Faultline.Kernel;

/// <summary>
/// A process as /proc/PID/maps shows it: the starting point for replaying a real program. Nothing of it is in memory at first; files are
/// as long as the highest page that is mapped of them. [vsyscall], which lies in the kernel's half, is left out. Files below /dev, other than
/// shared memory, and [vvar] and [vdso] are pages of the kernel.
/// </summary>
public sealed class MapsImage
{
    private const string Heap = "[heap]", Stack = "[stack]";

    private readonly List<MapsLine> _lines;

    private MapsImage(string name, List<MapsLine> lines, AddressSpaceLayout layout)
    {
        Name = name;
        _lines = lines;
        Layout = layout;
    }

    /// <summary>The name that ps prints.</summary>
    public string Name { get; }

    /// <summary>The lines that are mapped.</summary>
    public IReadOnlyList<MapsLine> Lines => _lines;

    /// <summary>The heap starts where [heap] does, or after the first file's areas; mappings go below the stack.</summary>
    public AddressSpaceLayout Layout { get; }

    /// <summary>Reads the text of /proc/PID/maps. Throws <see cref="FormatException"/> for a line that is none, or none that is below 2^47.</summary>
    public static MapsImage Parse(string name, string text)
    {
        List<MapsLine> lines = [.. MapsLine.ParseAll(text).Where(line => line.End <= AddressSpaceLayout.X64.Top)];
        if (lines.Count == 0)
            throw new FormatException($"the maps of {name} hold no line of user space");
        MapsLine first = lines[0];
        MapsLine heap = lines.Find(line => line.Name == Heap);
        ulong brk = heap.End != 0 ? heap.Start : lines.FindLast(line => line.Name == first.Name).End;
        MapsLine stack = lines.Find(line => line.Name == Stack);
        ulong top = lines.FindLast(line => stack.End == 0 || line.End <= stack.Start).End;
        AddressSpaceLayout layout = AddressSpaceLayout.X64 with { BrkStart = new(brk), MmapBase = new(Math.Max(top, AddressSpaceLayout.X64.MmapMin.Value + PageSize.Bytes)), MmapMin = new(Math.Min(first.Start, AddressSpaceLayout.X64.MmapMin.Value)) };
        return new MapsImage(name, lines, layout);
    }

    internal void MapInto(Process process, FileTable files)
    {
        var opened = new Dictionary<string, OpenFile>(StringComparer.Ordinal);
        foreach (MapsLine line in _lines)
        {
            SystemCallResult result = line.Name switch
            {
                Stack => process.MapStack(line.Start, line.End - line.Start),
                Heap => process.MapHeap(line.Start, line.End),
                _ => MapLine(process, files, opened, line),
            };
            if (result.Failed)
                throw new ArgumentException($"0x{line.Start:x}-0x{line.End:x} {line.Name} of {Name} cannot be mapped: {result.Error}");
        }

        foreach (OpenFile file in opened.Values)
            files.Close(file);
    }

    /// <summary>Says of memory that is no longer the heap that it was.</summary>
    internal void NameHeap(Process process)
    {
        foreach (MapsLine line in _lines)
            if (line.Name == Heap)
                process.SetAreaName(new(line.Start), line.End - line.Start, Heap[1..^1]);
    }

    private SystemCallResult MapLine(Process process, FileTable files, Dictionary<string, OpenFile> opened, in MapsLine line)
    {
        MapFlags flags = MapFlags.FixedNoReplace | (line.IsShared ? MapFlags.Shared : MapFlags.Private);
        (VirtualAddress start, ulong length) = (new(line.Start), line.End - line.Start);
        if (line.Name.Length != 0 && !line.Name.StartsWith("[anon", StringComparison.Ordinal))
            return MapFile(process, Open(files, opened, line), flags, line);
        SystemCallResult result = process.Mmap(start, length, line.Protection, flags);
        if (!result.Failed && !line.IsShared && line.Name.StartsWith("[anon:", StringComparison.Ordinal))
            process.SetAreaName(start, length, line.Name[6..^1]);
        return result;
    }

    /// <summary>
    /// Where a line goes on where the one before ends, the areas differ in what maps does not print: the second was writable once, as the
    /// part of a library is that was relocated, and is still charged for.
    /// </summary>
    private SystemCallResult MapFile(Process process, OpenFile file, MapFlags flags, MapsLine line)
    {
        (VirtualAddress start, ulong length) = (new(line.Start), line.End - line.Start);
        bool goesOn = !line.IsShared && _lines.Exists(other => other.End == line.Start && other.Name == line.Name && other.Protection == line.Protection && other.Offset + (other.End - other.Start) == line.Offset);
        if (!goesOn)
            return process.Mmap(start, length, line.Protection, flags, file, line.Offset);
        SystemCallResult result = process.Mmap(start, length, line.Protection | Protection.Write, flags, file, line.Offset);
        return result.Failed ? result : process.Mprotect(start, length, line.Protection);
    }

    private OpenFile Open(FileTable files, Dictionary<string, OpenFile> opened, in MapsLine line)
    {
        if (opened.TryGetValue(line.Name, out OpenFile? open))
            return open;
        Inode file = files.Find(line.Name) ?? Create(files, line);
        return opened[line.Name] = files.Open(file);
    }

    private Inode Create(FileTable files, MapsLine line)
    {
        ulong size = _lines.Where(other => other.Name == line.Name).Max(other => other.Offset + (other.End - other.Start));
        Inode file = files.Create(line.Name, size, KindOf(line.Name));
        (file.Device, file.NumberOnDevice) = (line.Device, line.Inode);
        return file;
    }

    private static FileKind KindOf(string name)
    {
        ReadOnlySpan<string> memory = ["/memfd:", "/dev/shm/", "/dev/zero", "/SYSV"];
        foreach (string prefix in memory)
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return FileKind.Tmpfs;
        return name[0] == '[' || name.StartsWith("/dev/", StringComparison.Ordinal) || name.StartsWith("anon_inode:", StringComparison.Ordinal) ? FileKind.Kernel : FileKind.Disk;
    }
}
