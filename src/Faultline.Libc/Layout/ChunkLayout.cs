using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// What a chunk of glibc 2.36's malloc looks like in memory (malloc/malloc.c), x86-64. A chunk starts 16 bytes before the
// pointer that the program gets; the last word of a chunk in use is the first word of the next chunk.
//
//   chunk   ┌──────────────────────────────────────────────┐
//    +0     │ prev_size: size of the chunk before, if free │ ◀── belongs to the chunk before while that one is in use
//    +8     │ size (multiple of 16)               │A│M│P│  │
//   user    ├──────────────────────────────────────────────┤      live          tcache    fastbin   bins        large bins
//    +16    │ word 0                                       │      user data     next      fd        fd          fd
//    +24    │ word 1                                       │      user data     key       -         bk          bk
//    +32    │ word 2                                       │      user data     -         -         -           fd_nextsize
//    +40    │ word 3                                       │      user data     -         -         -           bk_nextsize
//           │ …                                            │
//   next    ├──────────────────────────────────────────────┤
//    +0     │ this chunk's last word, or its size if free  │
//
//   P  the chunk before is in use        M  the chunk is a mapping of its own        A  the chunk lies in a secondary arena

/// <summary>Sizes, offsets and flag bits of a chunk; all sizes in bytes.</summary>
public static class ChunkLayout
{
    public const ulong WordSize = 8;

    /// <summary>Chunk addresses and sizes are multiples of this.</summary>
    public const ulong Alignment = 16;
    internal const ulong AlignmentMask = Alignment - 1;

    /// <summary>Distance from a chunk to the pointer that the program gets.</summary>
    public const ulong HeaderSize = 16;

    /// <summary>The smallest chunk: header, two link words that a free chunk needs, shared last word.</summary>
    public const ulong MinimumSize = 32;

    internal const ulong SizeOffset = 8;
    internal const ulong FdOffset = 16;
    internal const ulong BkOffset = 24;
    internal const ulong FdNextSizeOffset = 32;
    internal const ulong BkNextSizeOffset = 40;

    /// <summary>Bytes at the start of a chunk that a free large chunk uses for itself.</summary>
    internal const ulong LargestFreeHeader = 48;

    internal const ulong PreviousInUse = 1;
    internal const ulong Mapped = 2;
    internal const ulong SecondaryArena = 4;
    internal const ulong FlagMask = 7;

    /// <summary>PTRDIFF_MAX: larger requests fail before anything else happens.</summary>
    public const ulong MaximumRequest = long.MaxValue;

    /// <summary>The chunk that a request needs: one word of overhead, rounded up to 16, at least 32. False above PTRDIFF_MAX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryChunkSize(ulong request, out ulong size)
    {
        size = Pad(request);
        return request <= MaximumRequest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Pad(ulong request)
    {
        ulong size = (request + WordSize + AlignmentMask) & ~AlignmentMask;
        return request <= MinimumSize - WordSize ? MinimumSize : size;
    }
}
