using Basic.Reference.Assemblies;
using Faultline.Analyzers.Tests.Support;
using Faultline.TestSupport;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>No analyzer may crash: on this repository's own sources, on code with errors, on code that is being typed.</summary>
public class RobustnessTests
{
    private static readonly CSharpCompilationOptions Options = new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true);

    /// <summary>All sources at once; most names do not bind, since the packages are not referenced: as in an editor before restore.</summary>
    [Fact]
    public void Own_sources()
    {
        (string, string)[] files = [.. Sources().Select(path => (path, File.ReadAllText(path)))];
        Assert.True(files.Length > 100, $"only {files.Length} sources found");
        Inspect.Run(Inspect.Compile(Options, files));
    }

    /// <summary>Each sample cut off after every few characters, as it is while somebody types it.</summary>
    [Fact]
    public void Half_written_code()
    {
        string text = File.ReadAllText(Repository.Path("samples", "ImagePipeline", "Program.cs"));
        CSharpCompilation empty = Inspect.Compile(Options, []);
        for (int length = 1500; length < text.Length; length += 331)
            Inspect.Run(empty.AddSyntaxTrees(CSharpSyntaxTree.ParseText(text[..length], new CSharpParseOptions(LanguageVersion.Preview), "Half.cs")));
    }

    [Theory]
    [InlineData("class C { void M() { System.Runtime.InteropServices.NativeMemory.Alloc(; } }")]
    [InlineData("class C { void M() { NativeMemory.Alloc(); NativeMemory.Alloc(1, 2, 3); NativeMemory.Alloc(\"x\"); } }")]
    [InlineData("class C { nint F = Marshal.AllocHGlobal(G); static readonly int G = H; static readonly int H = G; }")]
    [InlineData("class C { static int P => Q; static int Q => P; nint M() => Marshal.AllocHGlobal(P); }")]
    [InlineData("class C { void M() { int n = n + 1; Marshal.AllocHGlobal(n); goto nowhere; } }")]
    [InlineData("class C { [System.Runtime.InteropServices.DllImport] static extern nint malloc(int n); void M() => malloc(8); }")]
    [InlineData("class C { [DllImport(null)] static extern nint malloc(int n); void M() => malloc(8); }")]
    [InlineData("class C { [LibraryImport(\"libc\")] static partial nint malloc(int n); void M() => malloc(8); }")]
    [InlineData("[System.Obsolete(Marshal.AllocHGlobal(8))] class C { }")]
    [InlineData("class C { void M(nint p = Marshal.AllocHGlobal(8)) { } }")]
    [InlineData("class C { void M() { switch (Marshal.AllocHGlobal(8)) { case > } } }")]
    [InlineData("class C { void M() { try { Marshal.AllocHGlobal(8); } catch (Undefined e) when (Marshal.AllocHGlobal( } }")]
    [InlineData("class C { async void M() { await foreach (var x in Marshal.AllocHGlobal(8)) yield return x; } }")]
    [InlineData("class C { unsafe struct S { S Inner; fixed int F[-1]; } unsafe void M() { NativeMemory.Alloc((nuint)sizeof(S)); } }")]
    [InlineData("Marshal.AllocHGlobal(args.Length); class C { } Marshal.FreeBSTR(Marshal.AllocHGlobal(1 / 0));")]
    [InlineData("class C { void M(int n) { Marshal.AllocHGlobal(n / 0); Marshal.AllocHGlobal(n % 0); Marshal.AllocHGlobal(1 << n); Marshal.AllocHGlobal(n >>> n); } }")]
    [InlineData("class C { void M() { if (5 > 3) Marshal.AllocHGlobal(5 > 3 ? 1 : 2); while (true == !false) Marshal.FreeHGlobal(2.5 > 1.0 ? 0 : 1); } }")]
    [InlineData("class C { void M(dynamic d) { Marshal.AllocHGlobal(d); Marshal.FreeHGlobal(d); } }")]
    [InlineData("class C { void M(int[] a) { foreach (var (x, y) in a) Marshal.AllocHGlobal(x); (int p, int q) = a; Marshal.AllocHGlobal(q); } }")]
    public void Broken_code(string source)
        => Inspect.Run(Inspect.Compile(Options.WithOutputKind(OutputKind.ConsoleApplication), [("Broken.cs", source)]));

    /// <summary>A sum of thousands of terms is a tree as deep; recursion over it would end the compiler.</summary>
    [Fact]
    public void Deep_expressions()
    {
        string sum = string.Join(" + ", Enumerable.Repeat("n", 5000));
        Inspect.Source($"class C {{ nint M(byte n) => Marshal.AllocHGlobal({sum}); }}");
    }

    [Fact]
    public void A_compilation_without_the_framework_is_left_alone()
        => Assert.Empty(Inspect.Run(CSharpCompilation.Create("Bare", [CSharpSyntaxTree.ParseText("class C { void Alloc() { Alloc(); } }")])));

    /// <summary>Editors refer to another project's compilation, builds to its assembly: what is said is the same, and its source is not read.</summary>
    [Fact]
    public void Referenced_projects_are_known_by_their_signatures_alone()
    {
        const string library = "public unsafe class Blocks { public readonly int Size = 300_000; public static byte* Make() => (byte*)NativeMemory.Alloc(8); public static int Count() => 3; }";
        const string user = "unsafe class C { void M(Blocks b) { byte* p = (byte*)NativeMemory.Alloc((nuint)b.Size); byte* q = Blocks.Make(); Blocks.Count(); NativeMemory.Free(q); NativeMemory.Free(p); } }";
        CSharpCompilation referenced = Inspect.Compile(Options, [("Blocks.cs", library)]).WithAssemblyName("Blocks");
        using MemoryStream image = new();
        Assert.True(referenced.Emit(image).Success);
        string[] inEditor = [.. Inspect.Run(Inspect.Compile(Options, [("C.cs", user)], referenced.ToMetadataReference())).Select(d => d.ToString())];
        string[] inBuild = [.. Inspect.Run(Inspect.Compile(Options, [("C.cs", user)], MetadataReference.CreateFromImage(image.ToArray()))).Select(d => d.ToString())];
        Assert.Equal(["FLT1003"], inBuild.Select(text => text.Split(' ')[2].TrimEnd(':')));
        Assert.Equal(inBuild, inEditor);
    }

    /// <summary>Before .NET 6 there is no NativeMemory, and IntPtr's conversions are methods.</summary>
    [Fact]
    public void Code_in_another_language_version()
    {
        CSharpCompilation old = CSharpCompilation.Create(
            "Old",
            [CSharpSyntaxTree.ParseText(
                "using System.Runtime.InteropServices; class C { void M() { Marshal.FreeCoTaskMem(Marshal.AllocHGlobal((System.IntPtr)200000)); } }",
                new CSharpParseOptions(LanguageVersion.CSharp7_3))],
            Net100.References.All,
            Options);
        Assert.Equal(["FLT1006", "FLT0002", "FLT0010"], Inspect.Run(old).Select(d => d.Id));
    }

    private static IEnumerable<string> Sources()
        => new[] { "src", "tests", "samples" }.SelectMany(folder => Directory.EnumerateFiles(Repository.Path(folder), "*.cs", SearchOption.AllDirectories))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);
}
