using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// struct tcache_perthread_struct of glibc 2.36 (malloc/malloc.c): a thread's private lists of chunks, one a size, taken
// from and given to without a lock. It is an ordinary heap block of 640 bytes (chunk 0x290), the first in most programs.
//
//     0  counts[64]   16 bits each: chunks in the list
//   128  entries[64]  user pointer of the list's head; the next one is in word 0 of each block
//
// Word 1 of a cached block holds a key. glibc's is random, to recognise a double free; here it is a constant that no
// address or size can equal, so that the heap walk sees which chunks are cached. Chunks in fastbins get another one
// (glibc writes nothing there: it is a word of the shadow, not an access of the model).

/// <summary>Offsets and limits of a thread's cache.</summary>
internal static class TcacheLayout
{
    public const ulong BlockSize = 640;
    public const int Entries = 128;
    public const ulong MaximumBins = 64;

    /// <summary>The largest request that the default cache serves.</summary>
    public const ulong MaximumRequest = 1032;

    /// <summary>Default length of a list.</summary>
    public const ulong DefaultCount = 7;

    public const ulong CachedKey = 0x7cac_4ed0_5ac4_ed01;
    public const ulong FastbinKey = 0x7fa5_7b19_0fa5_7b01;

    /// <summary>The list for a request; past the last list if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong IndexOfRequest(ulong request) =>
        request <= ChunkLayout.MinimumSize - ChunkLayout.WordSize ? 0 : (request - 9) >> 4;

    /// <summary>The list for a chunk of this size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong IndexOfChunk(ulong size) => (size - ChunkLayout.MinimumSize) >> 4;
}
