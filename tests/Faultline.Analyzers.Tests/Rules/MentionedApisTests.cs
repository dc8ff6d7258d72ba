using Faultline.Analyzers.Context;
using Faultline.Analyzers.Tests.Support;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>A compilation is looked at only if some file names an allocation API: what counts as naming one.</summary>
public class MentionedApisTests
{
    public static TheoryData<string> Rows => [.. AllocationApis.All.Select(api => (api.IsPInvoke ? "" : api.Type.Split('.')[^1] + ".") + api.Method).Distinct()];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_row_of_the_table_is_seen(string name) => Assert.True(AreIn($"class C {{ void M() => {name}(); }}"));

    [Theory]
    [InlineData("class C { [DllImport(\"libc\", EntryPoint = \"malloc\")] static extern nint Grab(nint n); void M() => Grab(8); }")]
    [InlineData("class C { [LibraryImport(\"libc\", EntryPoint = Names.Malloc)] static partial nint Grab(nint n); void M() => Grab(8); }")]
    [InlineData("class C { [return: ReturnsOwned] static nint Grab() => 0; }")]
    [InlineData("class C { void M([TakesOwnership] nint p) { } }")]
    [InlineData("using N = System.Runtime.InteropServices.NativeMemory; class C { void M() => N . Alloc (8); }")]
    public void Another_name_for_one_is_seen(string source) => Assert.True(AreIn(source));

    [Theory]
    [InlineData("class C { void M(GCHandle h) { h.Free(); GCHandle.Alloc(this); Marshal.SizeOf<int>(); } }")]
    [InlineData("class C { [DllImport(\"libc\", EntryPoint = \"getpid\")] static extern int Id(); void M() => Id(); }")]
    [InlineData("class C { void M() => System.Console.WriteLine(nameof(NativeMemory)); }")]
    public void Others_are_not(string source) => Assert.False(AreIn(source));

    [Fact]
    public void The_type_may_be_named_in_another_file()
        => Assert.True(AreIn("class C { unsafe void M() => Free(null); }", "global using static System.Runtime.InteropServices.NativeMemory;"));

    /// <summary>Wrappers that the settings name are followed also where nothing else is to be seen.</summary>
    [Fact]
    public void Settings_are_enough()
        => Assert.Equal(["FLT1001"], Inspect.Source(
            "class Lib { public static nint Take() => 0; public static void Give(nint p) { } } class C { static void M() { nint p = Lib.Take(); System.Console.WriteLine(p == 0); } }",
            new Dictionary<string, string> { ["faultline.allocators"] = "Lib.Take|Lib.Give" }, "FLT1001").Select(d => d.Id));

    private static bool AreIn(params string[] sources)
        => MentionedApis.AreIn(CSharpCompilation.Create("Mentioned", sources.Select(source => CSharpSyntaxTree.ParseText(source))), default);
}
