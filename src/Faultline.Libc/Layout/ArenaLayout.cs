namespace Faultline.Libc;

// struct malloc_state of glibc 2.36 (malloc/malloc.c), x86-64: everything one arena knows.
//
//      0  mutex (int)          4  flags (int)           8  have_fastchunks (int)
//     16  fastbinsY[10]        single-linked lists of chunks of 32, 48 … 176 bytes
//     96  top                  the chunk at the end of the arena's memory, in no list
//    104  last_remainder       what was left of the chunk that a small request last split
//    112  bins[254]            two words (fd, bk) for each of the bins 1 … 127
//   2144  binmap[4]            one bit a bin: may hold chunks
//   2160  next                 ring of all arenas
//   2168  next_free            list of arenas that no thread is attached to
//   2176  attached_threads
//   2184  system_mem           2192  max_system_mem                                  2200 bytes in all
//
// A bin's head is addressed as if it were a chunk whose fd and bk are the bin's two words, so that list code needs no
// special case for the ends of a list. Its other fields then overlay the neighbouring bins' words.

/// <summary>Offsets of an arena's fields, bytes.</summary>
internal static class ArenaLayout
{
    public const ulong Mutex = 0;
    public const ulong Flags = 4;
    public const ulong HaveFastChunks = 8;
    public const ulong Fastbins = 16;
    public const ulong Top = 96;
    public const ulong LastRemainder = 104;
    public const ulong Bins = 112;
    public const ulong BinMap = 2144;
    public const ulong Next = 2160;
    public const ulong NextFree = 2168;
    public const ulong AttachedThreads = 2176;
    public const ulong SystemMemory = 2184;
    public const ulong MaximumSystemMemory = 2192;
    public const ulong Size = 2200;

    /// <summary>Bit of <see cref="Flags"/>: extensions of the arena no longer have to join what it has.</summary>
    public const int NonContiguous = 2;

    public const int FastbinCount = 10;
}
