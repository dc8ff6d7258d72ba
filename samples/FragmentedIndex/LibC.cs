using System.Runtime.InteropServices;

namespace FragmentedIndex;

/// <summary>The C library's allocator, declared as older code does.</summary>
internal static unsafe class LibC
{
    [DllImport("libc", EntryPoint = "malloc")]
    public static extern void* Allocate(nuint size);

    [DllImport("libc", EntryPoint = "realloc")]
    public static extern void* Resize(void* block, nuint size);

    [DllImport("libc", EntryPoint = "free")]
    public static extern void Release(void* block);
}
