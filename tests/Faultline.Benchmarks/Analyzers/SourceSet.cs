using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>Sources that are compiled as one assembly.</summary>
/// <param name="Folder">Where the compiler runs: paths in the arguments are relative to it.</param>
/// <param name="Arguments">All that the compiler is told but for the files and what is measured: references, symbols, generators.</param>
internal sealed partial record SourceSet(string Name, string Folder, string[] Files, string[] Arguments)
{
    /// <summary>The name of what is compiled; others may let assemblies of that name see their internals.</summary>
    public string Assembly { get; init; } = "compiled.dll";

    public int Lines => Files.Sum(file => File.ReadLines(Path.Combine(Folder, file)).Count());

    public int Calls => Files.Sum(file => AllocationCall().Count(File.ReadAllText(Path.Combine(Folder, file))));

    /// <summary>Whether a text names an allocation API of .NET or of the C library.</summary>
    public static bool NamesApi(string text) => AllocationCall().IsMatch(text) || CFunction().IsMatch(text);

    /// <summary>Whether what a call calls is written like one of .NET's.</summary>
    public static bool CallsApi(SyntaxNode called) => AllocationCall().IsMatch(called + "(");

    [GeneratedRegex(@"\b(NativeMemory\.(Alloc|AllocZeroed|AlignedAlloc|Realloc|AlignedRealloc|Free|AlignedFree)|Marshal\.(AllocHGlobal|AllocCoTaskMem|ReAlloc\w+|Free(HGlobal|CoTaskMem|BSTR)|StringTo\w+))\(")]
    private static partial Regex AllocationCall();

    [GeneratedRegex(@"\b(malloc|calloc|realloc|posix_memalign|aligned_alloc|mmap)\b")]
    private static partial Regex CFunction();
}
