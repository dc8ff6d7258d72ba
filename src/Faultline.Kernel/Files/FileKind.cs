namespace Faultline.Kernel;

/// <summary>What holds a file's contents while they are not in memory.</summary>
public enum FileKind
{
    /// <summary>A file system on a disk: pages are read from it, dirty ones are written back to it.</summary>
    Disk,

    /// <summary>Memory itself (tmpfs, memfd, shared anonymous memory): a page is made of zeros at its first use and goes to swap when reclaimed.</summary>
    Tmpfs,

    /// <summary>Pages of the kernel's own that are always there (the vDSO): mapped, never read, written or reclaimed.</summary>
    Kernel,
}

/// <summary>posix_fadvise(2).</summary>
public enum FileAdvice
{
    Normal = 0,
    Random = 1,
    Sequential = 2,
    WillNeed = 3,
    DontNeed = 4,
}
