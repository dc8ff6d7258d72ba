namespace Faultline.Kernel;

/// <summary>Which sizes of folio a disk file system puts into the page cache. Tmpfs without huge= always uses single pages.</summary>
public enum FolioPolicy
{
    /// <summary>Single pages: the textbook, and file systems that know nothing else.</summary>
    SmallPages,

    /// <summary>
    /// ext4 and XFS of a 6.18: a write makes folios as large as it is (to 2 MiB), sequential reading makes larger ones as it goes on; a fault
    /// maps a whole folio, by one 2 MiB leaf where it is that large.
    /// </summary>
    LargeFolios,
}

/// <summary>Settings of the page cache.</summary>
public sealed record FileSettings
{
    /// <summary>Most pages that readahead asks for at a time (read_ahead_kb / 4), 0 to 65536; 0 switches it off.</summary>
    public uint ReadaheadPages { get; init; } = 32;

    /// <summary>Pages that one read fault maps at most where they are cached (fault_around_bytes / 4096): a power of two, 1 to 512; 1 switches it off.</summary>
    public uint FaultAroundPages { get; init; } = 16;

    public FolioPolicy Folios { get; init; } = FolioPolicy.SmallPages;

    /// <summary>Per cent of the memory that may be dirty before the flusher writes (vm.dirty_background_ratio).</summary>
    public int DirtyBackgroundRatio { get; init; } = 10;

    /// <summary>Per cent of it before whoever dirties more must write itself (vm.dirty_ratio).</summary>
    public int DirtyRatio { get; init; } = 20;

    /// <summary>Throws <see cref="ArgumentException"/> naming the value that is out of range.</summary>
    internal void Validate()
    {
        if (ReadaheadPages > 65536)
            throw new ArgumentException($"ReadaheadPages {ReadaheadPages} is not from 0 to 65536");
        if (FaultAroundPages is 0 or > 512 || !System.Numerics.BitOperations.IsPow2(FaultAroundPages))
            throw new ArgumentException($"FaultAroundPages {FaultAroundPages} is not a power of two from 1 to 512");
        if (DirtyBackgroundRatio is < 0 or > 100)
            throw new ArgumentException($"DirtyBackgroundRatio {DirtyBackgroundRatio} is not from 0 to 100");
        if (DirtyRatio is < 0 or > 100)
            throw new ArgumentException($"DirtyRatio {DirtyRatio} is not from 0 to 100");
    }
}
