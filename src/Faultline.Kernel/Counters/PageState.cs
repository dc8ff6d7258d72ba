namespace Faultline.Kernel;

/// <summary>What a process's page table says about one 4 KiB page.</summary>
public enum PageState
{
    /// <summary>The next access faults.</summary>
    Absent,

    /// <summary>Read so far only: the machine's shared page of zeros is mapped; not part of the resident set.</summary>
    ZeroPage,

    /// <summary>Backed by a frame.</summary>
    Private,

    /// <summary>Part of the shared 2 MiB page of zeros.</summary>
    HugeZeroPage,

    /// <summary>Backed by a part of a 2 MiB page that is mapped as one.</summary>
    PrivateHuge,

    /// <summary>A page of a file, or of shared memory, in the page cache.</summary>
    Cached,

    /// <summary>The same as a part of a 2 MiB page that is mapped as one.</summary>
    CachedHuge,

    /// <summary>In swap: the next access faults, and reads it unless memory still holds it.</summary>
    Swapped,
}

/// <summary>What one access led to.</summary>
public enum FaultOutcome
{
    /// <summary>The page was present with the right permission.</summary>
    None,

    /// <summary>A fault that was served without input or output.</summary>
    MinorFault,

    /// <summary>A fault that had to wait for a device: the page was read from swap or from a file.</summary>
    MajorFault,

    /// <summary>Not mapped, or mapped without the permission: SIGSEGV.</summary>
    SegmentationFault,

    /// <summary>A page of a mapped file that lies past the file's end: SIGBUS.</summary>
    BusError,

    /// <summary>No frame could be had: the kernel would look for a victim now.</summary>
    OutOfFrames,

    /// <summary>The process was killed for want of memory: SIGKILL.</summary>
    Killed,
}
