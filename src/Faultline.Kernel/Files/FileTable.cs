// The files of a machine (fs/namei.c, fs/open.c, mm/shmem.c, 6.18), as far as their pages are concerned: no folders, no permissions.

namespace Faultline.Kernel;

/// <summary>
/// Makes, opens, unlinks and truncates files. A file whose name is gone lives on while it is open or mapped; then its pages are given
/// back. Not thread safe, like the machine.
/// </summary>
public sealed class FileTable
{
    private readonly Machine _machine;
    private readonly TablePool _nodeMemory = new();
    private readonly SortedDictionary<uint, Inode> _inodes = [];
    private readonly Dictionary<string, Inode> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, OpenFile> _opened = [];
    private uint _lastInode;
    private uint _lastOpened;

    internal FileTable(Machine machine)
    {
        _machine = machine;
        Names = new DentryCache(machine);
        Nodes = new TreeNodes(machine, _nodeMemory);
        machine.Reclaimer.Shrinkers.Add(Names);
        machine.Reclaimer.Shrinkers.Add(Nodes);
    }

    /// <summary>Every file there is, unlinked ones too, in the order they were made.</summary>
    public IEnumerable<Inode> All => _inodes.Values;

    internal DentryCache Names { get; }

    /// <summary>Nodes of the files' page trees.</summary>
    internal TreeNodes Nodes { get; }

    /// <summary>
    /// A file of so many bytes, none of which is in memory yet; its name and inode are. Throws <see cref="OutOfMemoryException"/> where
    /// the simulated machine has no page left for those, <see cref="ArgumentException"/> where the path is empty or taken, or the size is 2^52 or more.</summary>
    public Inode Create(string path, ulong size, FileKind kind = FileKind.Disk)
    {
        if (path.Length == 0 || _names.ContainsKey(path))
            throw new ArgumentException($"a file \"{path}\" cannot be made: {(path.Length == 0 ? "it has no name" : "there is one")}");
        Inode file = Make(path, size, kind);
        _names.Add(path, file);
        return file;
    }

    /// <summary>The file of a path, or null.</summary>
    public Inode? Find(string path) => _names.GetValueOrDefault(path);

    /// <summary>stat(2), by anybody: afterwards the name and the inode are in memory, and stay until memory is short. Throws <see cref="OutOfMemoryException"/> where there is no page for them.</summary>
    public void LookUp(Inode file)
    {
        BringName(file);
        Names.NoteUnused(file);
    }

    /// <summary>open(2): O_RDONLY, or O_RDWR for <see cref="Protection.ReadWrite"/>. Throws <see cref="OutOfMemoryException"/> where the simulated machine has no page for the kernel's objects.</summary>
    public OpenFile Open(Inode file, Protection access = Protection.ReadWrite)
    {
        BringName(file);
        ulong filp = _machine.Caches.Filp.Allocate(0);
        if (filp == 0)
            throw new OutOfMemoryException($"the simulated machine has no page left to open {file}");
        var open = new OpenFile(++_lastOpened, file, access, _machine.Options.Files.ReadaheadPages) { Object = filp };
        _opened.Add(open.Number, open);
        file.Opened++;
        return open;
    }

    /// <summary>memfd_create(2) and ftruncate(2): a file of zeros in memory that no folder names.</summary>
    public OpenFile CreateMemfd(string name, ulong size) => Open(MakeUnlinked($"/memfd:{name} (deleted)", size));

    /// <summary>close(2). Mappings keep the file.</summary>
    public void Close(OpenFile open)
    {
        if (open.IsClosed)
            return;
        open.IsClosed = true;
        open.Inode.Opened--;
        Names.NoteUnused(open.Inode);
        Release(open);
    }

    /// <summary>unlink(2): the path is free again.</summary>
    public void Unlink(Inode file)
    {
        if (file.IsUnlinked)
            return;
        file.IsUnlinked = true;
        _names.Remove(file.Path);
        ReleaseUnused(file);
    }

    /// <summary>truncate(2), shorter or longer. Processes that touch a mapping past the end get SIGBUS.</summary>
    public void Truncate(Inode file, ulong size) => _machine.Cache.Truncate(file, size);

    /// <summary>sync(2): everything dirty is written.</summary>
    public void Sync()
    {
        foreach (Inode file in _inodes.Values)
            _machine.Cache.WriteBack(file, 0, PageTree.NoPage - 1);
    }

    /// <summary>echo 1 &gt; /proc/sys/vm/drop_caches: clean pages of files that nothing maps go. Answers how many.</summary>
    public PageCount DropCaches()
    {
        ulong dropped = 0;
        foreach (Inode file in _inodes.Values)
            if (file.Kind == FileKind.Disk)
                dropped += _machine.Cache.DropUnused(file, 0, PageTree.NoPage - 1);
        _machine.Stat[VmEvent.drop_pagecache]++;
        return new(dropped);
    }

    /// <summary>echo 2 &gt; /proc/sys/vm/drop_caches: names, inodes and other kernel objects that can be given up go. Answers how many.</summary>
    public ulong DropSlab()
    {
        ulong dropped = 0, freed;
        int shift = 0;
        do
        {
            freed = _machine.Reclaimer.Shrinkers.Shrink(0);
            dropped += freed;
        }
        while (freed >> shift++ > 1);
        _machine.Stat[VmEvent.drop_slab]++;
        return dropped;
    }

    /// <summary>Open files, and closed ones that are still mapped.</summary>
    internal ulong OpenedCount => (ulong)_opened.Count;

    internal OpenFile Opened(uint number) => _opened[number];

    /// <summary>The file of a page in the page cache.</summary>
    internal Inode Of(in Frame frame) => _inodes[frame.Mapping];

    internal Inode Numbered(uint number) => _inodes[number];

    /// <summary>Whether there is kernel memory for <see cref="CreateShared"/>, which must not fail.</summary>
    internal bool MayCreateShared() =>
        _machine.Caches.ShmemInodeCache.Ensure(0, 1) && _machine.Caches.Dentry.Ensure(0, 1) && _machine.Caches.Filp.Ensure(0, 1);

    /// <summary>Shared anonymous memory is a file in memory of its own (shmem_zero_setup), open only through its mapping.</summary>
    internal OpenFile CreateShared(ulong size)
    {
        OpenFile open = Open(MakeUnlinked("/dev/zero (deleted)", size));
        (open.IsClosed, open.Inode.Opened) = (true, 0);
        return open;
    }

    /// <summary>An area that mapped the open file is gone.</summary>
    internal void Unmapped(uint number)
    {
        if (!_opened.TryGetValue(number, out OpenFile? open) || !(open.IsClosed || open.Inode.IsUnlinked))
            return;
        Names.NoteUnused(open.Inode);
        Release(open);
    }

    internal void Dispose() => _nodeMemory.Dispose();

    private Inode MakeUnlinked(string path, ulong size)
    {
        Inode file = Make(path, size, FileKind.Tmpfs);
        file.IsUnlinked = true;
        return file;
    }

    private Inode Make(string path, ulong size, FileKind kind)
    {
        if (size >> 52 != 0)
            throw new ArgumentException($"file \"{path}\" cannot have {size} bytes: files are shorter than 2^52");
        var file = new Inode(++_lastInode, path, size, kind, Nodes);
        BringName(file);
        _inodes.Add(file.Number, file);
        Names.NoteUnused(file);
        return file;
    }

    private void BringName(Inode file)
    {
        if (!Names.TryLookUp(file))
            throw new OutOfMemoryException($"the simulated machine has no page left for the kernel's record of {file}");
    }

    /// <summary>The last user of an open file may have gone, and with it the last of the file.</summary>
    private void Release(OpenFile open)
    {
        if (open.IsClosed && !IsMapped(open) && _opened.Remove(open.Number))
            _machine.Caches.Filp.Free(0, open.Object);
        ReleaseUnused(open.Inode);
    }

    private bool IsMapped(OpenFile open) => _machine.FileMappings.Of(open.Inode).Exists(mapping => mapping.OpenFile == open.Number);

    private void ReleaseUnused(Inode file)
    {
        if (!file.IsUnlinked || file.Opened != 0 || _machine.FileMappings.Of(file).Count != 0 || !_inodes.Remove(file.Number))
            return;
        _machine.Cache.Drop(file, 0, PageTree.NoPage - 1);
        Names.Forget(file);
        _machine.Commit.Uncharge(file.ChargedAtOnce);
    }
}
