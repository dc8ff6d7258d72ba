namespace Faultline.Reporting;

/// <summary>What no report of these models knows, said where a picture could make one forget it.</summary>
internal static class Limits
{
    public static readonly IReadOnlyList<string> OfModel =
    [
        "Calls by native libraries, the .NET runtime and the GC heap are not routed and not simulated: their memory is in the real process's RES and not in this one's.",
        "Contents of memory are not known: KSM, compression (zram, zswap) and copy-on-write of file pages with contents are left out.",
        "A page fault is charged to the site whose block was placed first on the page since it was last absent; blocks that share it later fault for free.",
        "Contention for arenas, caches of the processor and NUMA are not simulated; times are the trace's, never the model's.",
    ];

    /// <summary>What the words of the page mean.</summary>
    public static readonly IReadOnlyList<(string Word, string Meaning)> Words =
    [
        ("requested", "bytes that the program asked for, over the whole run"),
        ("usable", "bytes that malloc_usable_size answers for the same blocks"),
        ("resident (RES)", "pages of the process that are in memory, 4 KiB each"),
        ("VIRT", "addresses that the process may use, in memory or not"),
        ("fault", "first touch of a page that is not in memory; minor: served without a disk"),
        ("brk heap", "the main arena: grows at one end, shrinks only where its top is free"),
        ("mapping", "a block that got addresses of its own by mmap, given back whole when it is freed"),
        ("trim", "the break was lowered: free memory at the heap's top went back to the kernel"),
        ("mmap threshold", "blocks of at least this size are mapped; freeing a mapped block raises it to that block's size (at most 32 MiB)"),
        ("stranded page", "in memory, and live blocks use less than a quarter of it"),
        ("empty page", "in memory without a byte of a live block"),
        ("temporary block", "freed by its thread before that thread allocated another"),
        ("leaked", "still allocated at the end"),
        ("unusable index", "share of a zone's free memory that a request of that order cannot use (0 none, 1 all)"),
    ];
}
