using System.Runtime.CompilerServices;
using Faultline.Analyzers.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>Settings and annotations that say who owns blocks, messages, and that nothing outlives its compilation.</summary>
public class OwnershipSettingsTests
{
    private const string Unknown = " --- abstract class Sink { public abstract void Take(nint p); } class Opaque { public Opaque(Sink s, nint p) => s.Take(p); }";

    [Theory]
    [InlineData("faultline.ownership_transfer_at_method_call", "false", "void M(Sink s) { nint p = Marshal.AllocHGlobal(8); s.Take(p); }" + Unknown, "quiet", "FLT1001")]
    [InlineData("faultline.ownership_transfer_at_constructor", "false", "void M() { nint p = Marshal.AllocHGlobal(8); _ = new System.Threading.Overlapped(0, 0, p, null); }", "quiet", "FLT1001")]
    [InlineData("faultline.allocators", "Pool.Take|Pool.Give", "void M() { nint p = Pool.Take(8); Marshal.WriteByte(p, 1); } --- static class Pool { public static nint Take(int n) => n; public static void Give(nint p) { } }", "quiet", "FLT1001")]
    [InlineData("faultline.allocators", "Pool.Take|Pool.Give", "void M() { nint p = Pool.Take(8); Pool.Give(p); Pool.Give(p); } --- static class Pool { public static nint Take(int n) => n; public static void Give(nint p) { } }", "quiet", "FLT1004")]
    [InlineData("faultline.non_throwing_methods", "System.IO.Stream.Flush", "void M(Stream s) { nint p = Marshal.AllocHGlobal(8); s.Flush(); Marshal.FreeHGlobal(p); }", "FLT1003", "quiet")]
    [InlineData("faultline.non_throwing_methods", "System.IO.Stream.*", "void M(Stream s) { nint p = Marshal.AllocHGlobal(8); s.Flush(); Marshal.FreeHGlobal(p); }", "FLT1003", "quiet")]
    [InlineData("faultline.finalizer_races", "true", "--- class Holder { nint _p = Marshal.AllocHGlobal(8); ~Holder() => Marshal.FreeHGlobal(_p); public int Fill() => Native.fill(_p, 8); }", "quiet", "FLT1005")]
    [InlineData("faultline.finalizer_races", "true", "--- class Holder { nint _p = Marshal.AllocHGlobal(8); ~Holder() => Free(); void Free() => Marshal.FreeHGlobal(_p); public int Fill() { int n = 3; return Native.fill(_p + 4, n); } }", "quiet", "FLT1005")]
    [InlineData("faultline.finalizer_races", "true", "--- class Holder { nint _p = Marshal.AllocHGlobal(8); ~Holder() => Marshal.FreeHGlobal(_p); public int Fill() { int n = Native.fill(_p, 8); GC.KeepAlive(this); return n; } }", "quiet", "quiet")]
    [InlineData("faultline.finalizer_races", "true", "--- class Holder { nint _p = Marshal.AllocHGlobal(8); public void Free() => Marshal.FreeHGlobal(_p); public int Fill() => Native.fill(_p, 8); }", "quiet", "quiet")]
    public void Settings(string key, string value, string members, string without, string with)
        => Assert.Equal((without, with), (Owned.Of(members), Owned.Of(members, new Dictionary<string, string> { [key] = value })));

    [Fact]
    public void Annotated_results_are_owned()
        => Assert.Equal("FLT1001", Owned.Of("void M() { nint p = Make(); Marshal.WriteByte(p, 1); } [ReturnsOwned(\"HGlobal\")] static nint Make() => 0; --- class ReturnsOwnedAttribute(string family) : Attribute { public string Family = family; }"));

    [Theory]
    [InlineData("faultline.allocators", "Pool.Take", "'faultline.allocators = Pool.Take' in .editorconfig is not a pair of methods (Namespace.Type.Allocate|Namespace.Type.Free): it is left out")]
    [InlineData("faultline.ownership_transfer_at_method_call", "perhaps", "'faultline.ownership_transfer_at_method_call = perhaps' in .editorconfig is not true or false: true is used")]
    [InlineData("faultline.finalizer_races", "maybe", "'faultline.finalizer_races = maybe' in .editorconfig is not true or false: false is used")]
    [InlineData("faultline.non_throwing_methods", "Foo!", "'faultline.non_throwing_methods = Foo!' in .editorconfig is not a method (Namespace.Type.Method or Namespace.Type.*): it is left out")]
    public void What_cannot_be_read_is_said(string key, string value, string message)
        => Assert.Equal(message, Inspect.Source("class C { void M() => Marshal.FreeHGlobal(0); }", new Dictionary<string, string> { [key] = value }, "FLT1102").Single().GetMessage());

    [Theory]
    [InlineData("FLT1001", "void M() { byte* p = (byte*)NativeMemory.Alloc(4096); p[0] = 1; }",
        "'NativeMemory.Alloc' allocates 4,096 bytes that no path frees or hands on: each time it leaks a chunk of 4,112 bytes on 1 or 2 pages of the heap (glibc on Linux); free it by 'NativeMemory.Free'")]
    [InlineData("FLT1002", "void M(bool b) { nint p = Marshal.AllocHGlobal(200000); if (b) return; Marshal.FreeHGlobal(p); }",
        "The block from 'Marshal.AllocHGlobal' is not freed on the path that returns at line 3: each time it leaks a mapping of 49 pages (glibc on Linux)")]
    [InlineData("FLT1004", "void M(nint p) { Marshal.FreeHGlobal(p);\nMarshal.FreeHGlobal(p); }",
        "The block has been freed at line 3 already: freeing it again aborts the process or hands the same memory to two owners")]
    [InlineData("FLT1005", "int M(int* p) { NativeMemory.Free(p);\nreturn p[1]; }",
        "'p' points into a block that was freed at line 3: its bytes may belong to the allocator's lists, to another owner, or to no mapping any more")]
    [InlineData("FLT1007", "void M() { byte* p = (byte*)NativeMemory.Alloc(8); NativeMemory.Free(p + 4); }",
        "'NativeMemory.Free' is given a pointer 4 bytes behind the start of its block: glibc takes the 16 bytes before the pointer for a chunk header and aborts the process or corrupts the heap")]
    [InlineData("FLT1008", "void M() { NativeMemory.Alloc(8); }",
        "The only pointer to the block from 'NativeMemory.Alloc' is discarded: a chunk of 32 bytes on 1 page of the heap can never be freed (glibc on Linux)")]
    [InlineData("FLT1013", "void M(int* p) { _q = (int*)NativeMemory.Realloc(p, 16); p[0] = 1; } int* _q; void F() => NativeMemory.Free(_q);",
        "'p' points into the old block after 'NativeMemory.Realloc' at line 3: if the block has moved, that is memory which was freed")]
    public void Messages(string id, string members, string message)
        => Assert.Equal(message, Inspect.Source($"unsafe class C\n{{\n{members}\n}}", id).Single().GetMessage());

    [Fact]
    public void Additional_locations_lead_through_the_path()
    {
        Diagnostic found = Inspect.Source("unsafe class C { int M() { int* p = (int*)NativeMemory.Alloc(8); NativeMemory.Free(p); return *p; } }", "FLT1005").Single();
        Assert.Equal(["NativeMemory.Alloc(8)", "NativeMemory.Free(p)"], found.AdditionalLocations.Select(l => l.SourceTree!.GetText().ToString(l.SourceSpan)));
    }

    [Fact]
    public void Nothing_outlives_its_compilation()
    {
        WeakReference compilation = Analyzed();
        for (int i = 0; i < 10 && compilation.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(compilation.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Analyzed()
    {
        CSharpCompilation compilation = Inspect.Compile(
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true),
            [("C.cs", "unsafe class C { static byte* Make() => (byte*)NativeMemory.Alloc(8); void M() { byte* p = Make(); p[0] = 1; } }")]);
        Assert.NotEmpty(Inspect.Run(compilation));
        return new WeakReference(compilation);
    }
}
