// Which deallocator may be given which block. The C library frees what .NET's wrappers have allocated, since on Unix they all end in
// malloc and free; Windows keeps the C runtime's heap, LocalAlloc and CoTaskMemAlloc apart and puts a header of its own before aligned
// blocks. A BSTR's pointer lies 8 bytes inside its block and a mapping is no block at all: mixing those up corrupts the heap everywhere.

using System;
using Faultline.Api;

namespace Faultline.Analyzers.Rules;

/// <summary>The families of the API table against each other.</summary>
internal static class Families
{
    private const string NotPortable = "it works with glibc on Linux, where both end in malloc and free, but is undefined on Windows";

    /// <summary>What goes wrong, or null if the call is right for the block.</summary>
    public static string? Consequence(AllocationApi allocator, AllocationApi deallocator)
    {
        AllocationFamily from = allocator.Family;
        AllocationFamily by = deallocator.Family;
        if (from == by || IsMalloc(from) && IsMalloc(by))
            return null;
        if (from == AllocationFamily.Bstr)
            return "a BSTR points 8 bytes into its block, so this is heap corruption";
        if (by == AllocationFamily.Bstr)
            return "it takes its block to start 8 bytes before the pointer, so this is heap corruption";
        if (from == AllocationFamily.Mapping)
            return "a mapping has no chunk header, so this is heap corruption";
        if (by == AllocationFamily.Mapping)
            return deallocator.Frees ? "it unmaps heap pages under other blocks or fails, so this is heap corruption or a leak" : "it moves heap pages away from under other blocks or fails, so this is heap corruption";
        return from == AllocationFamily.NativeMemoryAligned && deallocator.Effect == AllocationEffect.Reallocate
            ? "with glibc on Linux the new block keeps the contents but not the alignment, and on Windows this is undefined"
            : NotPortable;
    }

    /// <summary>The call of the allocator's family with that effect.</summary>
    public static AllocationApi RightCall(AllocationFamily family, AllocationEffect effect)
    {
        bool resize = effect == AllocationEffect.Reallocate && family != AllocationFamily.Bstr;
        foreach (AllocationApi api in AllocationApis.All)
            if (api.Family == family && api.Effect == (resize ? AllocationEffect.Reallocate : AllocationEffect.Free))
                return api;
        throw new InvalidOperationException($"the API table has no call that frees blocks of the family {family}");
    }

    /// <summary>NativeMemory documents itself as a thin wrapper of C's malloc, realloc and free: those may be mixed.</summary>
    private static bool IsMalloc(AllocationFamily family) => family is AllocationFamily.NativeMemory or AllocationFamily.Libc;
}
