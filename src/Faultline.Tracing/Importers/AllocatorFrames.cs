namespace Faultline.Tracing.Importers;

/// <summary>
/// Which frames of a call stack only pass an allocation on. What the developer wants to see is the innermost frame that is not one
/// of these: the line that asked, not the library that obeyed.
/// </summary>
internal static class AllocatorFrames
{
    private static readonly HashSet<string> Functions =
    [
        "malloc", "calloc", "realloc", "reallocarray", "memalign", "aligned_alloc", "posix_memalign", "valloc", "pvalloc", "free", "cfree",
        "strdup", "strndup", "wcsdup", "asprintf", "vasprintf", "getline", "getdelim",
        "operator new", "operator new[]", "operator delete", "operator delete[]",
        "g_malloc", "g_malloc0", "g_realloc", "g_strdup",
        "SystemNative_Malloc", "SystemNative_Calloc", "SystemNative_Realloc", "SystemNative_AlignedAlloc", "SystemNative_AlignedRealloc",
    ];

    /// <summary>Starts of module file names: the C and C++ libraries, the loader, what heaptrack injects, .NET's portability layer.</summary>
    private static readonly string[] Modules =
        ["libc.so", "libc-", "libstdc++.so", "libc++.so", "libc++abi.so", "libgcc_s.so", "libpthread", "ld-linux", "ld-musl", "libheaptrack_", "libSystem.Native.so"];

    private static readonly string[] ManagedTypes = ["System.Runtime.InteropServices.NativeMemory", "System.Runtime.InteropServices.Marshal"];

    /// <summary>The allocation function that a frame is of, without its parameters and glibc's prefixes, or null.</summary>
    public static string? FunctionOf(string function)
    {
        int parameters = function.IndexOf('(');
        string name = parameters < 0 ? function : function[..parameters];
        if (name.StartsWith("__", StringComparison.Ordinal))
            name = name.StartsWith("__GI_", StringComparison.Ordinal) ? name["__GI_".Length..].TrimStart('_') : name.TrimStart('_');
        return Functions.Contains(name) ? name : null;
    }

    /// <summary>A native frame that passes on: by its module, or as part of the C++ library compiled into another module.</summary>
    public static bool PassesOn(string moduleFile, string function, string file)
        => Array.Exists(Modules, start => moduleFile.StartsWith(start, StringComparison.Ordinal))
            || function.StartsWith("std::", StringComparison.Ordinal) || function.StartsWith("__gnu_cxx::", StringComparison.Ordinal)
            || file.Contains("/include/c++/", StringComparison.Ordinal) || FunctionOf(function) != null;

    /// <summary>A .NET frame that passes on; <paramref name="api"/> is the API's name where it is one ("NativeMemory.Alloc").</summary>
    public static bool PassesOnManaged(string type, string method, out string? api)
    {
        api = Array.IndexOf(ManagedTypes, type) >= 0 ? $"{type[(type.LastIndexOf('.') + 1)..]}.{method}" : null;
        return api != null || type.StartsWith("Interop", StringComparison.Ordinal) || method.StartsWith("IL_STUB", StringComparison.Ordinal);
    }
}
