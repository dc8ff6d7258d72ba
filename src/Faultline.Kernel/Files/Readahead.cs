// What readahead remembers of one open file, and how its window grows (struct file_ra_state, mm/readahead.c get_init_ra_size,
// get_next_ra_size, 6.18).
//
//        │◄───────────── Size ─────────────►│
//   ─────┼──────────────┬───────────────────┼─────    Start, Start + 1, …
//        Start          │◄──── AsyncSize ──►│
//                       └ marked: when this page is used the next window is read

namespace Faultline.Kernel;

/// <summary>All in pages, but <see cref="Previous"/>: the number of the page in which the last read ended.</summary>
internal struct Readahead(uint maximum)
{
    /// <summary>More misses than hits by so many, and faults read only the page they want (MMAP_LOTSAMISS).</summary>
    public const uint LotsOfMisses = 100;

    public ulong Start;
    public ulong Size;
    public ulong AsyncSize;

    /// <summary>Folios of up to 2^Order pages are made next; only used where the file system has large ones.</summary>
    public int Order;

    /// <summary>ra_pages; twice the setting after POSIX_FADV_SEQUENTIAL.</summary>
    public ulong Maximum = maximum;

    /// <summary>Faults that had to read, less those that did not (mmap_miss).</summary>
    public uint Misses;

    public ulong Previous = ulong.MaxValue >> PageSize.Shift;

    /// <summary>POSIX_FADV_RANDOM: nothing is read ahead.</summary>
    public bool Random;

    /// <summary>First window: the request rounded up, two or four times as large if it is small.</summary>
    public static ulong InitialSize(ulong request, ulong maximum)
    {
        ulong size = System.Numerics.BitOperations.RoundUpToPowerOf2(request);
        return size <= maximum / 32 ? size * 4
            : size <= maximum / 4 ? size * 2
            : maximum;
    }

    /// <summary>The window after this one: four times, then twice as large.</summary>
    public readonly ulong NextSize(ulong maximum) =>
        Size < maximum / 16 ? 4 * Size
        : Size <= maximum / 2 ? 2 * Size
        : maximum;

    public void CountMiss()
    {
        if (Misses < LotsOfMisses * 10)
            Misses++;
    }

    public void CountHits(uint hits) => Misses = hits >= Misses ? 0 : Misses - hits;
}
