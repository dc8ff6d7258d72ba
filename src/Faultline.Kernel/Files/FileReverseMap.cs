// Which areas map a file (i_mmap of struct address_space, mm/interval_tree.c, 6.18). Linux keeps a tree for each file up to date as areas
// come and go; here the list is made anew when it is asked for and an area of any file has changed since, which reclaim and write-back
// do far less often than areas are mapped and split.

namespace Faultline.Kernel;

/// <summary>One area of one process that maps a file from page <paramref name="Offset"/> of it on. Addresses in bytes.</summary>
internal readonly record struct FileMapping(Process Process, ulong Start, ulong End, ulong Offset, VmaFlags Flags, uint OpenFile)
{
    /// <summary>The address at which a page of the file is mapped; false where the area does not reach to it.</summary>
    public bool Holds(ulong index, out ulong address)
    {
        address = Start + ((index - Offset) << PageSize.Shift);
        return index >= Offset && index - Offset < (End - Start) >> PageSize.Shift;
    }
}

/// <summary>Counts changes to areas that map files: each set of areas of a machine tells it.</summary>
internal sealed class FileAreaChanges
{
    public ulong Count { get; set; }
}

internal sealed class FileReverseMap(Machine machine)
{
    private readonly List<List<FileMapping>> _byFile = [];
    private ulong _madeAt = ulong.MaxValue;

    /// <summary>The areas that map a file, in the order of processes and addresses. Valid until an area changes.</summary>
    public List<FileMapping> Of(Inode file)
    {
        if (_madeAt != machine.FileAreas.Count)
            Make();
        while (_byFile.Count <= file.Number)
            _byFile.Add([]);
        return _byFile[(int)file.Number];
    }

    private void Make()
    {
        foreach (List<FileMapping> mappings in _byFile)
            mappings.Clear();
        for (int i = 0; i < machine.Processes.Count; i++)
            AddAreas(machine.Processes[i]);

        _madeAt = machine.FileAreas.Count;
    }

    private void AddAreas(Process process)
    {
        VmaSet areas = process.Areas;
        for (int i = 0; i < areas.Count; i++)
            if (areas[i].File != 0)
                Add(process, areas[i]);
    }

    private void Add(Process process, in Vma area)
    {
        int file = (int)machine.Files.Opened(area.File).Inode.Number;
        while (_byFile.Count <= file)
            _byFile.Add([]);
        _byFile[file].Add(new FileMapping(process, area.Start, area.End, area.PageOffset, area.Flags, area.File));
    }
}
