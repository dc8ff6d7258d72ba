using System.Runtime.InteropServices;
using Faultline.Api;
using Faultline.Kernel;
using Faultline.Shim.Engine;
using Faultline.Shim.Host;
using Faultline.Shim.Runtime;

namespace Faultline.Shim;

/// <summary>
/// Stands in for P/Invokes to the C library: the C prototypes, plus the call site's id. On failure errno is set as the C
/// functions do. Without a session each call goes to the C library.
/// </summary>
public static unsafe partial class LibcShim
{
    private const AllocationFamily Family = AllocationFamily.Libc;

    /// <summary>malloc(3): null and ENOMEM when memory is out.</summary>
    public static void* malloc(nuint size, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null ? RealAllocator.malloc(size) : OrErrno(engine.Allocate(size, size, Family, site), Errno.ENOMEM);
    }

    /// <summary>calloc(3): null and ENOMEM when memory is out or the product overflows.</summary>
    public static void* calloc(nuint count, nuint size, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null ? RealAllocator.calloc(count, size) : OrErrno(engine.AllocateZeroed(count, size, Family, site), Errno.ENOMEM);
    }

    /// <summary>realloc(3), glibc's: size 0 frees the block and answers null; failure leaves it untouched.</summary>
    public static void* realloc(void* block, nuint size, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            return RealAllocator.realloc(block, size);
        if (size == 0 && block != null)
        {
            engine.Free(block, Family, site);
            return null;
        }

        return OrErrno(engine.Reallocate(block, size, size, Family, site), Errno.ENOMEM);
    }

    /// <summary>free(3).</summary>
    public static void free(void* block, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            RealAllocator.free(block);
        else
            engine.Free(block, Family, site);
    }

    /// <summary>posix_memalign(3): 0, EINVAL or ENOMEM; errno is left alone, and so is the result on failure.</summary>
    public static int posix_memalign(void** result, nuint alignment, nuint size, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        if (engine == null)
            return RealAllocator.posix_memalign(result, alignment, size);
        if (alignment < (nuint)sizeof(void*) || !System.Numerics.BitOperations.IsPow2(alignment))
        {
            engine.CountNothing(site);
            return (int)Errno.EINVAL;
        }

        void* block = engine.AllocateAligned(alignment, size, size, Family, site, out _);
        if (block == null)
            return (int)Errno.ENOMEM;
        *result = block;
        return 0;
    }

    /// <summary>aligned_alloc(3), in glibc 2.36 the same as memalign; later ones refuse (EINVAL) an alignment that is no power of two.</summary>
    public static void* aligned_alloc(nuint alignment, nuint size, int site)
    {
        if (ShimRuntime.Engine is not { } engine || !engine.Malloc.Profile.AlignedAllocIsStrict || System.Numerics.BitOperations.IsPow2(alignment))
            return memalign(alignment, size, site);
        engine.CountNothing(site);
        return OrErrno(null, Errno.EINVAL);
    }

    /// <summary>memalign(3): the alignment is rounded up to a power of two; EINVAL above 2^63.</summary>
    public static void* memalign(nuint alignment, nuint size, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null
            ? RealAllocator.memalign(alignment, size)
            : OrErrno(engine.AllocateAligned(alignment, size, size, Family, site, out Errno error), error);
    }

    /// <summary>malloc_usable_size(3).</summary>
    public static nuint malloc_usable_size(void* block, int site)
    {
        ShimEngine? engine = ShimRuntime.Engine;
        return engine == null ? RealAllocator.malloc_usable_size(block) : engine.UsableSize(block, site);
    }

    private static void* OrErrno(void* block, Errno error)
    {
        if (block == null)
            Marshal.SetLastSystemError((int)error);
        return block;
    }
}
