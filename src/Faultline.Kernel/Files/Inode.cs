// A file of the machine as memory management sees it (struct inode with its struct address_space, include/linux/fs.h, 6.18): how
// long it is and which of its pages are in memory. Contents are not modelled.

namespace Faultline.Kernel;

/// <summary>One file. It lives until it has no name, nobody has it open and nothing maps it.</summary>
public sealed class Inode
{
    internal Inode(uint number, string path, ulong size, FileKind kind, TreeNodes nodes)
    {
        Number = number;
        Path = path;
        Size = size;
        Kind = kind;
        Pages = new PageTree(nodes, number, hasShadows: kind == FileKind.Disk);
        NumberOnDevice = kind == FileKind.Kernel ? 0 : number;
        Device = kind switch
        {
            FileKind.Disk => "fe:00",
            FileKind.Tmpfs => "00:01",
            _ => "00:00",
        };
        Objects = new InodeObjects(this);
    }

    /// <summary>From 1; names the file in the frames of its pages.</summary>
    public uint Number { get; }

    /// <summary>As /proc/PID/maps prints it.</summary>
    public string Path { get; }

    public FileKind Kind { get; }

    /// <summary>Bytes.</summary>
    public ulong Size { get; internal set; }

    /// <summary>The name is gone (unlink(2)), or there never was one in any folder.</summary>
    public bool IsUnlinked { get; internal set; }

    /// <summary>Pages in the page cache.</summary>
    public PageCount CachedPages => new(Cached);

    /// <summary>Pages that are not yet on the disk as they are in memory.</summary>
    public PageCount DirtyPages => new(Dirty);

    /// <summary>Pages that lie in swap (tmpfs).</summary>
    public PageCount SwappedPages => new(Kind == FileKind.Tmpfs ? Values : 0);

    /// <summary>Device number as maps prints it: the disk, tmpfs, or the kernel's own.</summary>
    public string Device { get; internal set; }

    /// <summary>The inode number that maps prints: unique on its device.</summary>
    public ulong NumberOnDevice { get; internal set; }

    internal PageTree Pages { get; }

    internal InodeObjects Objects { get; }

    internal ulong Cached { get; set; }

    internal ulong Dirty { get; set; }

    /// <summary>Entries of <see cref="Pages"/> that are no pages: slots of swap (tmpfs), or what is remembered of evicted pages.</summary>
    internal ulong Values { get; set; }

    /// <summary>Open files on it that were not closed.</summary>
    internal int Opened { get; set; }

    /// <summary>Pages charged at once for the whole file, as shared anonymous memory is; its pages are then not charged one by one.</summary>
    internal ulong ChargedAtOnce { get; set; }

    /// <summary>Pages that the size reaches into.</summary>
    internal ulong SizeInPages => PageSize.Up(Size) >> PageSize.Shift;

    /// <summary>A store through a shared mapping must fault once after each write-back, so that the kernel learns of it.</summary>
    internal bool WantsWriteNotify => Kind == FileKind.Disk;

    public override string ToString() => $"file {Number} \"{Path}\"";
}
