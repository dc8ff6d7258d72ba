using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Faultline.Api;
using Faultline.Shim.Engine;
using Faultline.Shim.Runtime;

namespace Faultline.Shim;

/// <summary>
/// Stands in for <see cref="NativeMemory"/>: same names, parameters, answers and exceptions as .NET 10 on Unix, plus the call
/// site's id. Without a session each call goes to the original.
/// </summary>
public static unsafe class NativeMemoryShim
{
    private const AllocationFamily Plain = AllocationFamily.NativeMemory;
    private const AllocationFamily Aligned = AllocationFamily.NativeMemoryAligned;

    /// <inheritdoc cref="NativeMemory.Alloc(nuint)"/>
    public static void* Alloc(nuint byteCount, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null ? NativeMemory.Alloc(byteCount) : Alloc(engine, byteCount, Plain, site);
    }

    /// <inheritdoc cref="NativeMemory.Alloc(nuint, nuint)"/>
    public static void* Alloc(nuint elementCount, nuint elementSize, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null ? NativeMemory.Alloc(elementCount, elementSize) : Alloc(engine, Product(elementCount, elementSize), Plain, site);
    }

    /// <inheritdoc cref="NativeMemory.AllocZeroed(nuint)"/>
    public static void* AllocZeroed(nuint byteCount, int site) => AllocZeroed(byteCount, 1, site);

    /// <inheritdoc cref="NativeMemory.AllocZeroed(nuint, nuint)"/>
    public static void* AllocZeroed(nuint elementCount, nuint elementSize, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            return NativeMemory.AllocZeroed(elementCount, elementSize);
        // For an empty block .NET asks for one byte that is not cleared.
        void* block = elementCount == 0 || elementSize == 0
            ? engine.Allocate(1, 0, Plain, site)
            : engine.AllocateZeroed(elementCount, elementSize, Plain, site);
        return block != null ? block : throw new OutOfMemoryException();
    }

    /// <inheritdoc cref="NativeMemory.Realloc(void*, nuint)"/>
    public static void* Realloc(void* ptr, nuint byteCount, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null ? NativeMemory.Realloc(ptr, byteCount) : Realloc(engine, ptr, byteCount, Plain, site);
    }

    /// <inheritdoc cref="NativeMemory.Free(void*)"/>
    public static void Free(void* ptr, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            NativeMemory.Free(ptr);
        else
            engine.Free(ptr, Plain, site);
    }

    /// <inheritdoc cref="NativeMemory.AlignedAlloc(nuint, nuint)"/>
    public static void* AlignedAlloc(nuint byteCount, nuint alignment, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            return NativeMemory.AlignedAlloc(byteCount, alignment);
        Round(byteCount, ref alignment, out nuint rounded);
        void* block = rounded < byteCount ? null : engine.AllocateAligned(alignment, rounded, byteCount, Aligned, site, out _);
        return block != null ? block : throw new OutOfMemoryException();
    }

    /// <inheritdoc cref="NativeMemory.AlignedRealloc(void*, nuint, nuint)"/>
    public static void* AlignedRealloc(void* ptr, nuint byteCount, nuint alignment, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            return NativeMemory.AlignedRealloc(ptr, byteCount, alignment);
        Round(byteCount, ref alignment, out nuint rounded);
        void* block = rounded < byteCount ? null : engine.ReallocateAligned(ptr, alignment, rounded, byteCount, site);
        return block != null ? block : throw new OutOfMemoryException();
    }

    /// <inheritdoc cref="NativeMemory.AlignedFree(void*)"/>
    public static void AlignedFree(void* ptr, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            NativeMemory.AlignedFree(ptr);
        else
            engine.Free(ptr, Aligned, site);
    }

    /// <summary>malloc as .NET calls it: one byte instead of none, and an exception instead of null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void* Alloc(ShimEngine engine, nuint byteCount, AllocationFamily family, int site)
    {
        void* block = engine.Allocate(byteCount != 0 ? byteCount : 1, byteCount, family, site);
        if (block == null)
            Throw();
        return block;
    }

    /// <summary>realloc as .NET calls it.</summary>
    internal static void* Realloc(ShimEngine engine, void* ptr, nuint byteCount, AllocationFamily family, int site)
    {
        void* block = engine.Reallocate(ptr, byteCount != 0 ? byteCount : 1, byteCount, family, site);
        if (block == null)
            Throw();
        return block;
    }

    /// <summary>Bytes of an array; the largest number, which nobody can allocate, when the product overflows.</summary>
    private static nuint Product(nuint count, nuint size)
    {
        ulong high = Math.BigMul(count, size, out ulong low);
        return high == 0 ? (nuint)low : nuint.MaxValue;
    }

    /// <summary>The C library gets whole multiples of an alignment of at least 8; a size that wraps comes out smaller than it was.</summary>
    private static void Round(nuint byteCount, ref nuint alignment, out nuint rounded)
    {
        if (!BitOperations.IsPow2(alignment))
            throw new ArgumentException("The alignment must be a power of two.");
        alignment = Math.Max(alignment, (nuint)sizeof(void*));
        rounded = byteCount == 0 ? alignment : unchecked(byteCount + alignment - 1) & ~(alignment - 1);
    }

    private static void Throw() => throw new OutOfMemoryException();
}
