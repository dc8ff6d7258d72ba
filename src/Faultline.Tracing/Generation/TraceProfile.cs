namespace Faultline.Tracing.Generation;

/// <summary>What a generated trace is made of. Shares are per cent of the operations that are no touches.</summary>
public sealed record TraceProfile
{
    /// <summary>What each is meant to reach is said beside it.</summary>
    public static IReadOnlyList<TraceProfile> All { get; } =
    [
        // the cache, fastbins and small bins
        new() { Name = "small", Sizes = new(Border: 5, Medium: 0, Large: 0, Huge: 0), Calloc = 5, Realloc = 5, LiveBlocks = 4000 },
        // everything
        new() { Name = "mixed", Sizes = new(Border: 10, Medium: 15, Large: 4, Huge: 1), Calloc = 10, Realloc = 10, Memalign = 5, Trim = 1, Mallopt = 1, Impossible = 1, LiveBlocks = 1500 },
        // mappings that come and go, the threshold that follows them
        new() { Name = "mmap-churn", Sizes = new(Border: 10, Medium: 5, Large: 50, Huge: 15), Calloc = 10, Realloc = 5, Memalign = 3, LiveBlocks = 60 },
        // growth in place, splitting, moving, remapping
        new() { Name = "realloc", Sizes = new(Border: 10, Medium: 25, Large: 10, Huge: 2), Calloc = 3, Realloc = 50, LiveBlocks = 400 },
        // leading and trailing parts given back
        new() { Name = "memalign", Sizes = new(Border: 10, Medium: 25, Large: 6, Huge: 1), Calloc = 3, Realloc = 8, Memalign = 50, LiveBlocks = 600 },
        // the top that shrinks, madvise of free pages
        new() { Name = "trim", Sizes = new(Border: 5, Medium: 50, Large: 15, Huge: 0), Calloc = 5, Realloc = 3, Trim = 4, LiveBlocks = 500, Phases = true },
        // holes: every other block freed, then sizes that do not fit
        new() { Name = "fragmentation", Sizes = new(Border: 5, Medium: 30, Large: 2, Huge: 0), Calloc = 5, Realloc = 8, Memalign = 2, LiveBlocks = 3000, Phases = true },
        // everything, with GLIBC_TUNABLES drawn at random
        new() { Name = "tunables", Sizes = new(Border: 10, Medium: 15, Large: 6, Huge: 1), Calloc = 10, Realloc = 10, Memalign = 5, Trim = 1, LiveBlocks = 1000, Phases = true, Tunables = true },
        // arenas: threads that start, end, are joined, and free each other's blocks
        new() { Name = "threads", Sizes = new(Border: 8, Medium: 15, Large: 4, Huge: 0), Calloc = 8, Realloc = 8, Memalign = 4, Trim = 1, Impossible = 1, LiveBlocks = 2000, Phases = true, Threads = true },
        // the same with limits on arenas and other tunables
        new() { Name = "threads-tunables", Sizes = new(Border: 8, Medium: 20, Large: 6, Huge: 1), Calloc = 8, Realloc = 8, Memalign = 4, Trim = 1, Impossible = 1, LiveBlocks = 1200, Phases = true, Threads = true, Tunables = true },
    ];

    public required string Name { get; init; }

    internal SizeMix Sizes { get; init; }

    internal int Calloc { get; init; }

    internal int Realloc { get; init; }

    internal int Memalign { get; init; }

    internal int Trim { get; init; }

    internal int Mallopt { get; init; }

    /// <summary>Requests that no system grants.</summary>
    internal int Impossible { get; init; }

    /// <summary>About how many blocks live when it is full.</summary>
    internal int LiveBlocks { get; init; }

    /// <summary>Times of growing and of emptying in one order, in place of a steady state.</summary>
    internal bool Phases { get; init; }

    internal bool Tunables { get; init; }

    /// <summary>The trace has threads.</summary>
    public bool Threads { get; init; }
}
