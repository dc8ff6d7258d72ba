using Faultline.Analyzers.Tests.Support;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>A diagnostic's additional locations lead through the path: where the block was allocated, freed, left behind.</summary>
public class PathLocationTests
{
    [Theory]
    [InlineData("FLT1002", "int M(bool b) { nint p = Marshal.AllocHGlobal(8); if (b) return 1; Marshal.FreeHGlobal(p); return 0; }", "Marshal.AllocHGlobal(8)", "return 1;")]
    [InlineData("FLT1002", "int M(int n) { nint p = Marshal.AllocHGlobal(8); if (n < 0) throw new Exception(); if (n > 3) return 1; Marshal.FreeHGlobal(p); return 0; }",
        "Marshal.AllocHGlobal(8)", "throw new Exception();", "return 1;")]
    [InlineData("FLT1003", "void M(Stream s) { nint p = Marshal.AllocHGlobal(8); s.Flush(); Marshal.FreeHGlobal(p); }", "Marshal.AllocHGlobal(8)", "s.Flush();")]
    [InlineData("FLT1004", "void M() { nint p = Marshal.AllocHGlobal(8); nint q = p; Marshal.FreeHGlobal(p); Marshal.FreeHGlobal(q); }",
        "Marshal.FreeHGlobal(q)", "Marshal.AllocHGlobal(8)", "Marshal.FreeHGlobal(p)")]
    [InlineData("FLT1004", "void M() { nint p = Marshal.AllocHGlobal(8); Drop(p); Marshal.FreeHGlobal(p); } static void Drop(nint p) => Marshal.FreeHGlobal(p);",
        "Marshal.FreeHGlobal(p)", "Marshal.AllocHGlobal(8)", "Drop(p)")]
    [InlineData("FLT1004", "struct N { public nint A; } static void M(ref N n) { Marshal.FreeHGlobal(n.A); Marshal.FreeHGlobal(n.A + 0); }", "Marshal.FreeHGlobal(n.A + 0)", "Marshal.FreeHGlobal(n.A)")]
    [InlineData("FLT1005", "int M() { nint p = Marshal.AllocHGlobal(8); Marshal.FreeHGlobal(p); return Marshal.ReadInt32(p); }", "p", "Marshal.AllocHGlobal(8)", "Marshal.FreeHGlobal(p)")]
    [InlineData("FLT1005", "nint M(Stream s) { nint p = Marshal.AllocHGlobal(8); try { s.Flush(); return p; } finally { Marshal.FreeHGlobal(p); } }",
        "return p;", "Marshal.AllocHGlobal(8)", "Marshal.FreeHGlobal(p)")]
    [InlineData("FLT1008", "void M() { nint p = Marshal.AllocHGlobal(8); p = Marshal.AllocHGlobal(16); Marshal.FreeHGlobal(p); }", "p = Marshal.AllocHGlobal(16)", "Marshal.AllocHGlobal(8)")]
    [InlineData("FLT1008", "nint _p; void M() { nint p = System.Threading.Interlocked.Exchange(ref _p, 0); if (p != 0) Marshal.FreeHGlobal(_p); }",
        "System.Threading.Interlocked.Exchange(ref _p, 0)", "Marshal.FreeHGlobal(_p)")]
    [InlineData("FLT1013", "void M() { nint p = Marshal.AllocHGlobal(8); nint q = Marshal.ReAllocHGlobal(p, 16); Marshal.WriteByte(p, 1); Marshal.FreeHGlobal(q); }",
        "p", "Marshal.AllocHGlobal(8)", "Marshal.ReAllocHGlobal(p, 16)")]
    public void Diagnostics_lead_through_the_path(string id, string members, string at, params string[] path)
    {
        Diagnostic found = Inspect.Source($"unsafe class C {{ {members} }}", id).Single();
        Assert.Equal((at, string.Join(" | ", path)), (Text(found.Location), string.Join(" | ", found.AdditionalLocations.Select(Text))));
    }

    private static string Text(Location location) => location.SourceTree!.GetText().ToString(location.SourceSpan);
}
