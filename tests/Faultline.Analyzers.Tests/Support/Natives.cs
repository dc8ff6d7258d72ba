namespace Faultline.Analyzers.Tests.Support;

/// <summary>Imports that the variations of shapes call: the C library's in several signatures, and functions of which nothing is known.</summary>
internal static class Natives
{
    public const string Source = """
        static unsafe partial class Native
        {
            [DllImport("libc")] public static extern nint malloc(nuint size);
            [DllImport("libc", EntryPoint = "malloc")] public static extern void* mallocp(nuint size);
            [DllImport("libc")] public static extern nint calloc(nuint n, nuint size);
            [DllImport("libc")] public static extern void free(nint block);
            [DllImport("libc", EntryPoint = "free")] public static extern void freep(void* block);
            [DllImport("libc")] public static extern nint realloc(nint block, nuint size);
            [DllImport("libc")] public static extern int posix_memalign(void** block, nuint alignment, nuint size);
            [DllImport("libc", EntryPoint = "posix_memalign")] public static extern int posix_memalign_out(out nint block, nuint alignment, nuint size);
            [DllImport("libc")] public static extern void* aligned_alloc(nuint alignment, nuint size);
            [DllImport("libc")] public static extern void* mmap(void* a, nuint n, int prot, int flags, int fd, nint off);
            [DllImport("libc")] public static extern int munmap(void* a, nuint n);
            [DllImport("libc", EntryPoint = "mmap")] public static extern nint mmapn(nint a, nuint n, int prot, int flags, int fd, nint off);
            [DllImport("libc", EntryPoint = "munmap")] public static extern int munmapn(nint a, nuint n);
            [DllImport("native")] public static extern int fill(nint block, int length);
            [DllImport("native")] public static extern void nop();
            [DllImport("native")] public static extern int status();
            [DllImport("native")] public static extern void nop(int n);
            [DllImport("native")] public static extern void take(void* block);
            [DllImport("native")] public static extern void swap(ref nint block);
            [DllImport("native")] public static extern void swapp(void** block);
            [DllImport("native")] public static extern void take_with(nint block, delegate* unmanaged<void*, void> free);
            [DllImport("native")] public static extern void take_cb(nint block, Action<nint> free);
            public static void fill2(nint p) { Marshal.WriteByte(p, 1); }
        }
        """;
}
