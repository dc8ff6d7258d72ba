using System.Runtime.InteropServices;

namespace ImagePipeline;

/// <summary>The C library's allocator, as programs that share blocks with C code declare it.</summary>
internal static unsafe partial class LibC
{
    [LibraryImport("libc", EntryPoint = "calloc")]
    public static partial void* Calloc(nuint count, nuint size);

    [LibraryImport("libc", EntryPoint = "posix_memalign")]
    public static partial int PosixMemalign(void** block, nuint alignment, nuint size);

    [DllImport("libc", EntryPoint = "free")]
    public static extern void Free(void* block);
}
