using Faultline.Analyzers.Tests.Support;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT0003, a large block that churns in a loop; what counts as a loop is FLT0004's, too.</summary>
public class FLT0003Tests
{
    private const string Id = "FLT0003";

    [Theory]
    [InlineData("for (int j = 0; j < n; j++) { byte* p = (byte*)[|NativeMemory.Alloc(1 << 20)|]; p[0] = 1; NativeMemory.Free(p); }")]
    [InlineData("while (Next()) { nint p = [|Marshal.AllocHGlobal(200_000)|]; try { Use(p); } finally { Marshal.FreeHGlobal(p); } }")]
    [InlineData("foreach (int x in items) { void* p = [|NativeMemory.AllocZeroed(1 << 20)|]; if (p != null) NativeMemory.Free(p); }")]
    [InlineData("foreach (var (x, y) in pairs) { void* p = [|NativeMemory.Alloc(1 << 20)|]; NativeMemory.Free(p); }")]
    [InlineData("do { void* p = [|NativeMemory.Alloc((nuint)(200_000 + i))|]; NativeMemory.Free(p); i++; } while (i < 100);")]
    [InlineData("nint p = 0; while (Next()) { p = [|Marshal.AllocCoTaskMem(1 << 20)|]; if (p == 0) break; Marshal.FreeCoTaskMem(p); p = 0; }")]
    [InlineData("while (Next()) { void* p = [|mmap(null, 8192, 3, 0x22, -1, 0)|]; munmap(p, 8192); }")]
    [InlineData("Action a = () => { while (Next()) { void* p = [|NativeMemory.Alloc(1 << 20)|]; NativeMemory.Free(p); } };")]
    public Task Diagnostics(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("while (Next()) { void* p = NativeMemory.Alloc(4096); NativeMemory.Free(p); }")] // FLT0004
    [InlineData("while (Next()) { void* p = NativeMemory.Alloc((nuint)n); NativeMemory.Free(p); }")] // not known to be large
    [InlineData("while (Next()) { void* p = NativeMemory.Alloc(1 << 20); Use((nint)p); }")] // it is kept, or leaks
    [InlineData("void* p = NativeMemory.Alloc(1 << 20); while (Next()) { Use((nint)p); } NativeMemory.Free(p);")]
    [InlineData("while (Next()) { if (n > 5) { void* p = NativeMemory.Alloc(1 << 20); NativeMemory.Free(p); } }")] // in some passes
    [InlineData("while (Next()) { void* p = NativeMemory.Alloc(1 << 20); if (n > 5) NativeMemory.Free(p); }")]
    public Task Valid(string body) => RuleTest.Verify(Id, Method(body));

    /// <summary>Shape F: "lazily guarded alloc in loop" (perfview RegisteredTraceEventParser.cs:357).</summary>
    [Theory]
    [InlineData("byte* p = null; while (Next()) { if (p == null) p = (byte*)NativeMemory.Alloc(1 << 20); p[0] = 1; } NativeMemory.Free(p);")]
    [InlineData("byte* p = null; while (Next()) { if (p == null) { p = (byte*)NativeMemory.Alloc(1 << 20); } if (n > 5) { NativeMemory.Free(p); p = null; } }")]
    public Task Valid_shape_F_lazily_guarded(string body) => RuleTest.Verify(Id, Method(body));

    /// <summary>CA2014's four false positives: what stands in a loop is not repeated by it.</summary>
    [Theory]
    [InlineData("while (Next()) { void Local() { void* p = NativeMemory.Alloc(1 << 20); NativeMemory.Free(p); } Local(); }")]
    [InlineData("while (Next()) { Action a = () => { void* p = NativeMemory.Alloc(1 << 20); NativeMemory.Free(p); }; a(); }")]
    public Task Valid_CA2014_1_local_function_or_lambda_in_the_loop(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("foreach (int x in Items(p0 = NativeMemory.Alloc(1 << 20))) { NativeMemory.Free(p0); }")]
    public Task Valid_CA2014_2_collection_of_a_foreach(string body) => RuleTest.Verify(Id, Method("void* p0; " + body));

    [Theory]
    [InlineData("foreach (var (x, y) in Pairs(p0 = NativeMemory.Alloc(1 << 20))) { NativeMemory.Free(p0); }")]
    public Task Valid_CA2014_3_collection_of_a_deconstructing_foreach(string body) => RuleTest.Verify(Id, Method("void* p0; " + body));

    [Theory]
    [InlineData("for (void* p = NativeMemory.Alloc(1 << 20); Next();) { NativeMemory.Free(p); }")]
    [InlineData("void* p; for (p = NativeMemory.Alloc(1 << 20); Next(); i++) { NativeMemory.Free(p); }")]
    public Task Valid_CA2014_4_initialiser_of_a_for(string body) => RuleTest.Verify(Id, Method(body));

    /// <summary>The same four in an outer loop are repeated by that.</summary>
    [Theory]
    [InlineData("while (Next()) { void* p; for (p = [|NativeMemory.Alloc(1 << 20)|]; i < 3; i++) { } NativeMemory.Free(p); }")]
    [InlineData("while (Next()) { void* p; foreach (int x in Items(p = [|NativeMemory.Alloc(1 << 20)|])) { } NativeMemory.Free(p); }")]
    [InlineData("while (Next()) { void* p; foreach (var (x, y) in Pairs(p = [|NativeMemory.Alloc(1 << 20)|])) { } NativeMemory.Free(p); }")]
    [InlineData("void Local() { while (Next()) { void* p = [|NativeMemory.Alloc(1 << 20)|]; NativeMemory.Free(p); } }")]
    public Task Diagnostics_CA2014_in_an_outer_loop(string body) => RuleTest.Verify(Id, Method(body));

    [Theory]
    [InlineData("40 << 20", "'NativeMemory.Alloc' asks for 41,943,040 bytes in each pass of a loop and frees them again: glibc on Linux maps it in every pass, since it is above 32 MiB, and so do musl, Windows and macOS; each time 10,241 pages are mapped and unmapped, 10,241 page faults when all of it is touched")]
    [InlineData("256 * 1024", "'NativeMemory.Alloc' asks for 262,144 bytes in each pass of a loop and frees them again: glibc on Linux maps it in the first pass, after which the heap keeps it; with a fixed threshold, musl, Windows and macOS it is mapped in every pass; each time 65 pages are mapped and unmapped, 65 page faults when all of it is touched")]
    [InlineData("(nuint)(512 * 1024 + i * 65536)", "'NativeMemory.Alloc' asks for 524,288 to 1,114,112 bytes in each pass of a loop and frees them again: glibc on Linux maps it in each pass in which it is larger than in all passes before, otherwise the heap keeps it; with a fixed threshold, musl, Windows and macOS it is mapped in every pass; each time 129 to 273 pages are mapped and unmapped, 129 to 273 page faults when all of it is touched")]
    [InlineData("(nuint)(30 + i) << 20", "'NativeMemory.Alloc' asks for 31,457,280 to 40,894,464 bytes in each pass of a loop and frees them again: glibc on Linux maps it in every pass in which it is above 32 MiB, otherwise where it is larger than in all passes before; with a fixed threshold, musl, Windows and macOS it is mapped in every pass; each time 7,681 to 9,985 pages are mapped and unmapped, 7,681 to 9,985 page faults when all of it is touched")]
    public void Messages_say_when_it_maps(string size, string expected)
        => Assert.Equal(expected, Inspect.Source($"unsafe class C {{ void M() {{ for (int i = 0; i < 10; i++) {{ void* p = NativeMemory.Alloc({size}); NativeMemory.Free(p); }} }} }}", Id).Single().GetMessage());

    /// <summary>The largest request whose mapping of 32 MiB still raises the threshold, and the next.</summary>
    [Theory]
    [InlineData(33_554_408, "in the first pass")]
    [InlineData(33_554_409, "in every pass, since it is above 32 MiB")]
    public void The_border_is_that_of_the_mapping(int size, string expected)
        => Assert.Contains(expected, Inspect.Source($"unsafe class C {{ void M() {{ while (true) {{ void* p = NativeMemory.Alloc({size}); NativeMemory.Free(p); }} }} }}", Id).Single().GetMessage());

    [Fact]
    public void A_threshold_that_is_set_is_named()
        => Assert.Contains(
            "glibc on Linux maps it in every pass, with an mmap threshold fixed at 65,536 bytes; each time 17 pages",
            Inspect.Source(
                "unsafe class C { void M() { while (true) { void* p = NativeMemory.Alloc(65_536); NativeMemory.Free(p); } } }",
                new Dictionary<string, string> { ["faultline.mmap_threshold"] = "64KiB" },
                Id).Single().GetMessage());

    [Fact]
    public void Declaration_free_and_loop_are_additional_locations()
    {
        var found = Inspect.Source("unsafe class C { void M() { while (true) { void* p = NativeMemory.Alloc(1 << 20); NativeMemory.Free(p); } } }", Id).Single();
        Assert.Equal(["void* p = NativeMemory.Alloc(1 << 20);", "NativeMemory.Free(p);", "while"], found.AdditionalLocations.Select(l => l.SourceTree!.GetText().ToString(l.SourceSpan)));
    }

    private static string Method(string body) =>
        $$"""
        unsafe class C
        {
            [DllImport("libc")] static extern void* mmap(void* address, nuint length, int protection, int flags, int file, nint offset);
            [DllImport("libc")] static extern int munmap(void* address, nuint length);
            static bool Next() => true;
            static void Use(nint p) { }
            static int[] Items(void* p) => [];
            static (int, int)[] Pairs(void* p) => [];

            void M(int n, int[] items, (int, int)[] pairs)
            {
                int i = 0;
                {{body}}
            }
        }
        """;
}
