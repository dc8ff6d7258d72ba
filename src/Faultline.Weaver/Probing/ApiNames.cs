using System.Collections.Frozen;
using Faultline.Api;

namespace Faultline.Weaver.Probing;

/// <summary>The API table, by name: what can be asked before a signature is decoded.</summary>
internal static class ApiNames
{
    private static readonly FrozenSet<string> NativeMemory = NamesOf(AllocationApis.NativeMemoryType);
    private static readonly FrozenSet<string> Marshal = NamesOf(AllocationApis.MarshalType);
    private static readonly FrozenSet<string> Libc = NamesOf(AllocationApi.LibcType);
    private static readonly FrozenSet<string> LibcModules = AllocationApis.LibcModules.ToFrozenSet();

    /// <summary>
    /// Functions of the C library that allocate, or act on the allocator, and have no facade. Their blocks are real ones, which the
    /// shim passes on to the real free.
    /// </summary>
    private static readonly FrozenSet<string> LibcWithoutFacade = new[]
    {
        "valloc", "pvalloc", "reallocarray", "strdup", "strndup", "mmap64", "brk", "sbrk", "cfree",
        "malloc_trim", "mallopt", "mallinfo", "mallinfo2", "malloc_info", "malloc_stats",
    }.ToFrozenSet();

    public const string Namespace = "System.Runtime.InteropServices";

    public static bool IsManagedApi(string type, string method)
        => type == "NativeMemory" ? NativeMemory.Contains(method) : type == "Marshal" && Marshal.Contains(method);

    public static bool IsLibcAllocator(string entryPoint) => Libc.Contains(entryPoint);

    public static bool IsLibcWithoutFacade(string entryPoint) => LibcWithoutFacade.Contains(entryPoint);

    public static bool IsLibc(string module) => LibcModules.Contains(module);

    private static FrozenSet<string> NamesOf(string type)
        => AllocationApis.All.Where(api => api.Type == type).Select(api => api.Method).ToFrozenSet();
}
