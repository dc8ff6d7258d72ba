using System.Runtime.InteropServices;

namespace Faultline.Shim.Host;

/// <summary>
/// The C library's own allocator: for blocks that unrouted code handed out, and for everything when there is no session.
/// </summary>
internal static unsafe class RealAllocator
{
    [DllImport("libc")]
    public static extern void* malloc(nuint size);

    [DllImport("libc")]
    public static extern void* calloc(nuint count, nuint size);

    [DllImport("libc")]
    public static extern void* realloc(void* block, nuint size);

    [DllImport("libc")]
    public static extern void free(void* block);

    [DllImport("libc")]
    public static extern int posix_memalign(void** block, nuint alignment, nuint size);

    [DllImport("libc")]
    public static extern void* aligned_alloc(nuint alignment, nuint size);

    [DllImport("libc")]
    public static extern void* memalign(nuint alignment, nuint size);

    [DllImport("libc")]
    public static extern nuint malloc_usable_size(void* block);
}
