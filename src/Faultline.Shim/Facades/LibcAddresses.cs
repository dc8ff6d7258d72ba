using System.Runtime.CompilerServices;

namespace Faultline.Shim;

/// <summary>
/// <see cref="LibcShim"/> with native integers for pointers: for callers that are compiled without unsafe code. Otherwise the same.
/// </summary>
public static unsafe class LibcAddresses
{
    /// <inheritdoc cref="LibcShim.malloc"/>
    public static nint malloc(nuint size, int site) => (nint)LibcShim.malloc(size, site);

    /// <inheritdoc cref="LibcShim.calloc"/>
    public static nint calloc(nuint count, nuint size, int site) => (nint)LibcShim.calloc(count, size, site);

    /// <inheritdoc cref="LibcShim.realloc"/>
    public static nint realloc(nint block, nuint size, int site) => (nint)LibcShim.realloc((void*)block, size, site);

    /// <inheritdoc cref="LibcShim.free"/>
    public static void free(nint block, int site) => LibcShim.free((void*)block, site);

    /// <inheritdoc cref="LibcShim.posix_memalign"/>
    public static int posix_memalign(out nint result, nuint alignment, nuint size, int site)
    {
        Unsafe.SkipInit(out result);
        fixed (nint* stored = &result)
            return LibcShim.posix_memalign((void**)stored, alignment, size, site);
    }

    /// <inheritdoc cref="LibcShim.aligned_alloc"/>
    public static nint aligned_alloc(nuint alignment, nuint size, int site) => (nint)LibcShim.aligned_alloc(alignment, size, site);

    /// <inheritdoc cref="LibcShim.memalign"/>
    public static nint memalign(nuint alignment, nuint size, int site) => (nint)LibcShim.memalign(alignment, size, site);

    /// <inheritdoc cref="LibcShim.malloc_usable_size"/>
    public static nuint malloc_usable_size(nint block, int site) => LibcShim.malloc_usable_size((void*)block, site);

    /// <inheritdoc cref="LibcShim.mmap"/>
    public static nint mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset, int site)
        => (nint)LibcShim.mmap((void*)address, length, protection, flags, descriptor, offset, site);

    /// <inheritdoc cref="LibcShim.munmap"/>
    public static int munmap(nint address, nuint length, int site) => LibcShim.munmap((void*)address, length, site);

    /// <inheritdoc cref="LibcShim.mremap"/>
    public static nint mremap(nint address, nuint oldLength, nuint newLength, int flags, nint newAddress, int site)
        => (nint)LibcShim.mremap((void*)address, oldLength, newLength, flags, (void*)newAddress, site);

    /// <inheritdoc cref="LibcShim.madvise"/>
    public static int madvise(nint address, nuint length, int advice, int site) => LibcShim.madvise((void*)address, length, advice, site);
}
