using System.Numerics;
using Faultline.Analyzers.Flow.Numbers;

namespace Faultline.Analyzers.Glibc;

/// <summary>mmap(2)'s arguments as Linux on x86-64 reads them.</summary>
internal static class Mapping
{
    private const int MapAnonymous = 0x20;
    private const int MapPopulate = 0x8000;
    private const int MapHugeTlb = 0x40000;
    private const int ProtectionParameter = 2;
    private const int FlagsParameter = 3;

    /// <summary>
    /// Whether the call is known to ask for memory in 4 KiB pages: a mapping of a file, one of huge pages, or address space without any
    /// access (PROT_NONE), costs something else.
    /// </summary>
    public static bool IsMemory(Interval[] arguments)
    {
        Interval flags = arguments[FlagsParameter];
        return flags.IsExact && (flags.Low & (MapAnonymous | MapHugeTlb)) == MapAnonymous
            && !arguments[ProtectionParameter].Contains(BigInteger.Zero);
    }

    public static bool Populates(Interval[] arguments) => !(arguments[FlagsParameter].Low & MapPopulate).IsZero;

    public static BigInteger PagesOf(BigInteger bytes) => (bytes + Chunk.PageBytes - 1) / Chunk.PageBytes;
}
