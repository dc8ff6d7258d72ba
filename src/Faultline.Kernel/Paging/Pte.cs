// A page-table entry, x86-64 (arch/x86/include/asm/pgtable_types.h, 6.18); the same 64 bits on every level.
//
//   63   62……52   51………………………12   11…9    8     7    6   5   4 3   2    1   0
//   NX  ignored      frame number    soft  GLOBAL  PS   D   A  cache  US  RW   P
//                                    │9     │      └ leaf of 2 MiB (PMD) or 1 GiB (PUD) instead of a table
//                                    │      └ with P = 0: PROT_NONE, still mapped
//                                    └ special: the zero page, which has no owner and is not counted
//
// An entry that is neither present nor PROT_NONE and not 0 names a slot of swap instead of a frame: bit 10 says so, bit 3 that
// the page was this process's alone. (Linux lays the bits out otherwise, and inverts the number.)

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

internal static class Pte
{
    public const ulong Present = 1UL << 0;
    public const ulong Writable = 1UL << 1;
    public const ulong User = 1UL << 2;
    public const ulong Accessed = 1UL << 5;
    public const ulong Dirty = 1UL << 6;
    public const ulong Huge = 1UL << 7;
    public const ulong ProtNone = 1UL << 8;
    public const ulong Special = 1UL << 9;
    public const ulong Swap = 1UL << 10;
    public const ulong SwapExclusive = 1UL << 3;
    public const ulong NoExecute = 1UL << 63;

    public const ulong FrameMask = 0x000f_ffff_ffff_f000;

    /// <summary>A user table of the next level: restrictions are made in the leaves.</summary>
    public const ulong UserTable = Present | Writable | User | Accessed | Dirty;

    public const ulong KernelTable = Present | Writable | Accessed | Dirty;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Frame(ulong entry) => (uint)((entry & FrameMask) >> PageSize.Shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Make(uint pfn, ulong flags) => ((ulong)pfn << PageSize.Shift) | flags;

    public static ulong MakeSwap(uint slot, bool exclusive) => ((ulong)slot << PageSize.Shift) | Swap | (exclusive ? SwapExclusive : 0);

    public static bool IsSwap(ulong entry) => (entry & (Present | ProtNone | Swap)) == Swap;

    public static bool IsSwapExclusive(ulong entry) => (entry & SwapExclusive) != 0;

    public static uint SwapSlot(ulong entry) => Frame(entry);

    /// <summary>Something is mapped, even if nothing may be done with it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsMapped(ulong entry) => (entry & (Present | ProtNone)) != 0;

    /// <summary>The processor would let the access through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Allows(ulong entry, AccessKind kind)
    {
        ulong need = Present | ((ulong)kind << 1);
        return (entry & need) == need;
    }

    /// <summary>The bits that the processor sets when it lets the access through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Used(AccessKind kind) => kind == AccessKind.Write ? Accessed | Dirty : Accessed;

    /// <summary>The entry as mprotect leaves it: readable or PROT_NONE, never writable (writing is granted page by page).</summary>
    public static ulong WithProtection(ulong entry, VmaFlags flags)
    {
        ulong bare = entry & ~(Present | ProtNone | Writable | NoExecute);
        if ((flags & VmaFlags.Execute) == 0)
            bare |= NoExecute;
        return bare | ((flags & VmaFlags.AccessMask) == 0 ? ProtNone : Present);
    }
}
