namespace Faultline.Kernel;

/// <summary>
/// An open file (struct file, include/linux/fs.h, 6.18): one open(2) of a file, with the traces that reading through it left. Neighbouring
/// mappings merge only if they were made through the same one.
/// </summary>
public sealed class OpenFile
{
    private Readahead _readahead;

    internal OpenFile(uint number, Inode inode, Protection access, uint readaheadPages)
    {
        Number = number;
        Inode = inode;
        Access = access;
        _readahead = new Readahead(readaheadPages);
    }

    /// <summary>From 1; names the file in the areas that map it.</summary>
    public uint Number { get; }

    public Inode Inode { get; }

    /// <summary>O_RDONLY or O_RDWR.</summary>
    public Protection Access { get; }

    /// <summary>No descriptor names it any more; mappings may still.</summary>
    public bool IsClosed { get; internal set; }

    /// <summary>Object of cache filp (struct file).</summary>
    internal ulong Object { get; init; }

    internal ref Readahead Readahead => ref _readahead;
}
