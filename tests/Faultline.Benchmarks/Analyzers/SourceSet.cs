using System.Text.RegularExpressions;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>Sources that are compiled as one assembly.</summary>
internal sealed partial record SourceSet(string Name, string[] Files, string[] References)
{
    public int Lines => Files.Sum(file => File.ReadLines(file).Count());

    public int Calls => Files.Sum(file => AllocationCall().Count(File.ReadAllText(file)));

    [GeneratedRegex(@"\b(NativeMemory\.(Alloc|AllocZeroed|AlignedAlloc|Realloc|AlignedRealloc|Free|AlignedFree)|Marshal\.(AllocHGlobal|AllocCoTaskMem|ReAlloc\w+|Free(HGlobal|CoTaskMem|BSTR)|StringTo\w+))\(")]
    private static partial Regex AllocationCall();
}
