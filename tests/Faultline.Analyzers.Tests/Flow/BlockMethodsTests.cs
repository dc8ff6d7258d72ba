// What is told of a method before it is solved must agree with what comes out when it is: "it has nothing to do with its caller's blocks" is
// held against the solver, over shapes by which a pointer gets from a parameter to a call or from a call to a return, and over whole sources.

using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Faultline.Analyzers.Tests.Support;
using Faultline.TestSupport;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Tests.Flow;

public class BlockMethodsTests
{
    private static readonly CSharpCompilationOptions s_options = new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true);

    [Theory]
    [InlineData("static void M(void* p) => NativeMemory.Free(p);")]
    [InlineData("static void M(nint p) { void* q; q = (void*)p; NativeMemory.Free(q); }")]
    [InlineData("static void M(byte* p, bool b) { byte* q = b ? p : p; NativeMemory.Free(q); }")]
    [InlineData("static void M(byte* p) { byte* q = p; byte* r = q; byte* s = r; NativeMemory.Free(ptr: s); }")]
    [InlineData("static void M(IntPtr p) => NativeMemory.Free(p.ToPointer());")]
    [InlineData("static void M(IntPtr p) => NativeMemory.Free((void*)IntPtr.Add(p, 0));")]
    [InlineData("static void M(IntPtr p) => Marshal.FreeHGlobal(new IntPtr(p.ToPointer()));")]
    [InlineData("static void M(void* p) { fixed (byte* q = new Span<byte>(p, 8)) NativeMemory.Free(q); }")]
    [InlineData("static void M(S* p) { byte* q = &p->First; NativeMemory.Free(q - 0); }")]
    [InlineData("static void M(nint p) { (nint q, int n) = (p, 1); Marshal.FreeHGlobal(q); }")]
    [InlineData("static void M(nint p) { nint before = Interlocked.Exchange(ref s_kept, p); Marshal.FreeHGlobal(s_kept); }")]
    [InlineData("static void M(nint p) => Other(1, p); static void Other(int n, nint q) => Marshal.FreeHGlobal(q);")]
    [InlineData("static void M(nint p) => Other(q: p, n: 1); static void Other(int n, nint q) => Marshal.FreeHGlobal(q);")]
    [InlineData("static void M(nint p) { if (p != 0) { p = Marshal.ReAllocHGlobal(p, 8); Marshal.FreeHGlobal(p); } }")]
    [InlineData("static void M(nint p) { try { Use(p); } finally { Marshal.FreeHGlobal(p); } }")]
    [InlineData("static void M(nint p) { if (p is not 0 and var q) Marshal.FreeHGlobal(q); }")]
    [InlineData("static void M(nint p) { switch (p) { case 0: break; case var q: Marshal.FreeHGlobal(q); break; } }")]
    [InlineData("static void M(nint p) { Drop(p); static void Drop(nint q) => Marshal.FreeHGlobal(q); }")]
    [InlineData("static void M(nint p) { nint? q = p; Marshal.FreeHGlobal(q.Value); }")]
    [InlineData("static nint M() { return Make(8); static nint Make(int n) { nint p = Marshal.AllocHGlobal(n); return p; } }")]
    [InlineData("static nint M() => Marshal.AllocHGlobal(8);")]
    [InlineData("static nint M(int n) { nint p; p = Marshal.AllocHGlobal(n); Marshal.WriteByte(p, 0); return p; }")]
    [InlineData("static byte* M(int n) { void* p = NativeMemory.Alloc(8); byte* q = (byte*)p; return q; }")]
    [InlineData("static nint M(int n) { var p = n > 0 ? Marshal.AllocHGlobal(n) : 0; return p; }")]
    [InlineData("static ulong M(void* near) { ulong p = (ulong)NativeMemory.Alloc(8); return p; }")]
    [InlineData("static nint M() => Other(); static nint Other() { return Marshal.AllocHGlobal(8); }")]
    [InlineData("static void* M() { void* p; posix_memalign(&p, 64, 64); return p; } [DllImport(\"libc\")] static extern int posix_memalign(void** p, nuint a, nuint n);")]
    [InlineData("static void* M() => Grab(8); [DllImport(\"libc\", EntryPoint = \"malloc\")] static extern void* Grab(nuint n);")]
    [InlineData("static nint M() => Make(); [ReturnsOwned(\"HGlobal\")] static nint Make() => s_kept; class ReturnsOwnedAttribute(string family) : Attribute;")]
    public void A_method_of_blocks_is_seen(string members) => Assert.True(MayBe(members));

    [Theory]
    [InlineData("static void M(S* p) => NativeMemory.Free(p->Block);")]
    [InlineData("static void M(void** p) { void* q = *p; NativeMemory.Free(q); }")]
    [InlineData("static void M(nint* p) => Marshal.FreeHGlobal(p[1]);")]
    [InlineData("static nint M(int n) => Marshal.AllocHGlobal(8) == 0 ? 1 : 0;")]
    [InlineData("static int M(S* p) { p->Block = NativeMemory.Alloc(8); return 0; }")]
    [InlineData("static void M(nint p) => Other(0, (int)p); static void Other(nint q, int n) => Marshal.FreeHGlobal(q + n * 0);")]
    [InlineData("static nuint M(S* p) { nuint failed = Init(p); return failed; } static nuint Init(S* p) { void* q = NativeMemory.Alloc(8); p->Block = q; return q == null ? 1u : 0; }")]
    [InlineData("static void M(GCHandle h, nint p) { Use(p); h.Free(); }")]
    [InlineData("static void M(nint p) => Again(p); static void Again(nint p) => M(p);")]
    public void Most_others_are_not(string members) => Assert.False(MayBe(members));

    /// <summary>The corpus of valid code, the samples and the shim, which allocates natively itself.</summary>
    [Fact]
    public void What_the_solver_finds_has_been_let_through()
    {
        (string, string)[] files = [.. new[] { Repository.Path("tests", "ValidCode"), Repository.Path("samples"), Repository.Path("src", "Faultline.Shim"), Repository.Path("src", "Faultline.Libc") }
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")).Order(StringComparer.Ordinal).Select(path => (path, File.ReadAllText(path)))];
        CSharpCompilation compilation = Inspect.Compile(s_options, files);
        AllocationContext context = AllocationContext.Create(compilation)!;
        int found = 0;
        foreach (IMethodSymbol method in Methods(compilation))
        {
            if (!context.Callees.EffectOf(method, OwnershipOptions.Default, new ReadingDepth()).IsOfBlocks)
                continue;
            found++;
            Assert.True(context.Callees.MayBeOfBlocks(method, OwnershipOptions.Default), method.ToDisplayString());
        }

        Assert.InRange(found, 20, int.MaxValue);
    }

    private static bool MayBe(string members)
    {
        CSharpCompilation compilation = Inspect.Compile(s_options,
            [("Test.cs", $"using System.Threading; unsafe partial class C {{ struct S {{ public byte First; public void* Block; }} static nint s_kept; static void Use(nint p) {{ }} {members} }}")]);
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        AllocationContext context = AllocationContext.Create(compilation)!;
        IMethodSymbol method = Methods(compilation).Single(found => found.Name == "M");
        bool mayBe = context.Callees.MayBeOfBlocks(method, OwnershipOptions.Default);
        Assert.True(mayBe || !context.Callees.EffectOf(method, OwnershipOptions.Default, new ReadingDepth()).IsOfBlocks);
        return mayBe;
    }

    private static IEnumerable<IMethodSymbol> Methods(CSharpCompilation compilation)
        => compilation.SyntaxTrees.SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
            .Select(declaration => compilation.GetSemanticModel(tree).GetDeclaredSymbol(declaration)).OfType<IMethodSymbol>());
}
