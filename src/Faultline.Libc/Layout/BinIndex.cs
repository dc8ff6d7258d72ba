using System.Runtime.CompilerServices;

namespace Faultline.Libc;

// Which list a free chunk of a given size is kept in (glibc 2.36, malloc/malloc.c). Bin 1 holds chunks of any size that
// were freed since they were last looked at; bins 2 to 63 hold one size each; from bin 64 on the steps get wider:
//
//   bins    2 … 63      16 bytes apart          32 …   1008
//   bins   64 … 96      64                    1024 …   3135
//   bins   97 … 111    512                    3136 …  10751
//   bins  112 … 120   4096                   10752 …  45055
//   bins  120 … 123  32768                   45056 … 163839
//   bins  124 … 126  262144                 163840 … and all above

/// <summary>Numbers of the lists of free chunks.</summary>
public static class BinIndex
{
    /// <summary>The list of chunks that are not sorted into their bin yet.</summary>
    public const int Unsorted = 1;

    /// <summary>The highest bin that is ever used.</summary>
    public const int Last = 126;

    /// <summary>Heads that exist: 1 to 127.</summary>
    internal const int Heads = 127;

    /// <summary>Chunks of this size and above share a bin with other sizes.</summary>
    public const ulong SmallestLarge = 1024;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSmall(ulong size) => size < SmallestLarge;

    /// <summary>The bin of a chunk size (bytes, at least 32).</summary>
    public static int Of(ulong size) => IsSmall(size) ? (int)(size >> 4) : OfLarge(size);

    // The rules overlap at the seams (45056 would fit the fourth and the fifth), so their order is part of the layout.
    private static int OfLarge(ulong size)
    {
        if (size >> 6 <= 48)
            return 48 + (int)(size >> 6);
        if (size >> 9 <= 20)
            return 91 + (int)(size >> 9);
        if (size >> 12 <= 10)
            return 110 + (int)(size >> 12);
        if (size >> 15 <= 4)
            return 119 + (int)(size >> 15);
        return size >> 18 <= 2 ? 124 + (int)(size >> 18) : Last;
    }
}
