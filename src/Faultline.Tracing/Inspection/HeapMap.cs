namespace Faultline.Tracing.Inspection;

/// <summary>What is true of a page of the heap or of a mapping. The order is that of a legend: from nothing to trouble.</summary>
public enum PageClass
{
    /// <summary>Not in memory; the next access faults.</summary>
    Absent,

    /// <summary>Only read so far: the machine's shared page of zeros.</summary>
    ZeroPage,

    /// <summary>In swap.</summary>
    Swapped,

    /// <summary>In memory, and live blocks fill all of it (headers included).</summary>
    Full,

    /// <summary>In memory with free chunks in it; live blocks use a quarter or more.</summary>
    HasFree,

    /// <summary>In memory, and live blocks use less than a quarter of it.</summary>
    Stranded,

    /// <summary>In memory without a byte of a live block.</summary>
    Empty,
}

/// <summary>What an area of a <see cref="HeapMap"/> is.</summary>
public enum HeapAreaKind
{
    BrkHeap,
    ArenaHeap,

    /// <summary>Blocks that are mappings of their own, and the program's own mappings.</summary>
    Mapping,
}

/// <summary>
/// One or more neighbouring pages (<see cref="HeapMap.PagesPerCell"/>): how many are in each class, the live bytes, and the largest chunk that begins or
/// reaches in here. <see cref="Site"/> is its site's id; <see cref="HeapMap.NoSite"/> where it is free or the allocator's own.
/// </summary>
public struct HeapCell
{
    public const int Classes = 7;

    private PageCounts _pages;

    public ulong LiveBytes;
    public ulong ChunkAddress;

    /// <summary>Bytes with header; 0 where no chunk lies here.</summary>
    public ulong ChunkBytes;
    public int Site;
    public uint LiveChunks;

    public readonly uint PagesOf(PageClass kind) => _pages[(int)kind];

    /// <summary>The class of most of its pages; of equals the one nearer to trouble.</summary>
    public readonly PageClass Class
    {
        get
        {
            int best = 0;
            for (int i = 1; i < Classes; i++)
                best = _pages[i] >= _pages[best] && _pages[i] > 0 ? i : best;
            return (PageClass)best;
        }
    }

    internal void Count(PageClass kind) => _pages[(int)kind]++;

    [System.Runtime.CompilerServices.InlineArray(Classes)]
    private struct PageCounts
    {
        private uint _first;
    }
}

/// <summary>A run of addresses that the allocator, or the program, has from the kernel. <paramref name="Site"/> names a mapping's block.</summary>
public sealed record HeapArea(HeapAreaKind Kind, ulong Start, ulong Pages, int Site, IReadOnlyList<HeapCell> Cells);

/// <summary>Stranded and empty pages that a site's blocks hold, and the bytes of its live blocks on them.</summary>
public readonly record struct PinnedPages(ulong Pages, ulong LiveBytes);

/// <summary>The pages of the heap, the arenas and the mappings at one moment of a replay.</summary>
public sealed record HeapMap
{
    public const int NoSite = -1;

    /// <summary>How many events had been applied.</summary>
    public required ulong Event { get; init; }

    /// <summary>A power of two: more than 1 where the heap has too many pages to show each.</summary>
    public required ulong PagesPerCell { get; init; }

    public required IReadOnlyList<HeapArea> Areas { get; init; }

    /// <summary>Mappings that are not among the areas because they are too many, and their pages.</summary>
    public required int MappingsLeftOut { get; init; }

    public required ulong PagesLeftOut { get; init; }

    /// <summary>Pages of the areas by <see cref="PageClass"/>.</summary>
    public required IReadOnlyList<ulong> Pages { get; init; }

    public required ulong ResidentPages { get; init; }

    /// <summary>Bytes of live chunks on pages that are in memory, and on pages that are not.</summary>
    public required ulong LiveResidentBytes { get; init; }

    public required ulong LiveAbsentBytes { get; init; }

    /// <summary>Bytes asked for by the blocks that are live, wherever their pages are.</summary>
    public required ulong RequestedBytes { get; init; }

    /// <summary>
    /// By site: heap pages in memory that its blocks keep there although hardly anything lives on them. A stranded page counts at the site with most bytes
    /// on it; an empty one at the site of the next live block above it, without which it could be given back or merged.
    /// </summary>
    public required IReadOnlyDictionary<int, PinnedPages> Pinned { get; init; }
}
