namespace Faultline.Tracing.Events;

/// <summary>
/// What happened. Values are part of the .fltrace format: never renumber, only add (at most 29: the format spends 5 bits
/// and two codes of its own). See <see cref="TraceEvent"/> for the fields that each kind fills.
/// </summary>
public enum TraceEventKind : byte
{
    None = 0,

    // What malloc(3) and its kin were asked for.
    Malloc = 1,
    Calloc = 2,
    Realloc = 3,

    /// <summary>memalign, aligned_alloc, valloc: no check of the alignment but the allocator's own.</summary>
    Memalign = 4,
    PosixMemalign = 5,
    Free = 6,
    UsableSize = 7,
    Trim = 8,
    MallInfo = 9,
    Mallopt = 10,

    // System calls that the program made itself, past the allocator.
    Mmap = 11,
    Munmap = 12,
    Mremap = 13,
    Madvise = 14,
    Sbrk = 15,

    // Loads and stores of the program, by range.
    Write = 16,
    Read = 17,

    ThreadStart = 18,
    ThreadExit = 19,
    ThreadJoin = 20,

    /// <summary>A snapshot of the machine was taken here.</summary>
    Snapshot = 21,
}

/// <summary>What is to be known of an event beside its numbers.</summary>
[Flags]
public enum TraceEventFlags : byte
{
    None = 0,

    /// <summary>The call failed: NULL, MAP_FAILED, -1, or 0 from malloc_trim and mallopt. A failed realloc keeps the old block.</summary>
    Failed = 1,

    /// <summary>Of Write and Read: pages seen to have been touched, not a block's bytes; Address is the first page, and blocks are found by range.</summary>
    Pages = 2,

    /// <summary>The old block is not the recorded allocator's own: the call was passed on to the real function, and a replay leaves it out.</summary>
    Foreign = 4,

    /// <summary>Made by the same call as the event before it, so not a call of its own.</summary>
    Continued = 8,
}
