using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Tests.Measurements;

/// <summary>FLT2001 to FLT2003 and FLT1103: what a profile says appears at the call that it was measured of, and only there.</summary>
public class MeasuredRuleTests
{
    private const string Source = """
        unsafe class C
        {
            void* M(int n)
            {
                return NativeMemory.Alloc((nuint)n);
            }
        }
        """;

    private const string Figures = """
        "calls": 10, "blocks": 10, "requestedBytes": 1000, "mmapBlocks": 2, "liveBlocks": 4, "liveRequestedBytes": 1, "minorFaults": 77, "pinnedPages": 100,
        "sizes": { "count": 10, "least": 40, "greatest": 5000 }, "lifetimes": { "count": 6, "medianAtMost": 15 }, "leaks": true, "pins": true
        """;

    private static readonly string[] s_measured = ["FLT1103", "FLT2001", "FLT2002", "FLT2003"];

    [Fact]
    public void Diagnostics_tell_the_figures_at_the_call()
        => Assert.Equal(
            [
                "5 FLT2001 'NativeMemory.Alloc' measured in App.dll: 10 blocks of 40 to 5,000 bytes, 8 from the heap and 2 mapped, 77 page faults, half of the freed ones lived for at most 15 allocations",
                "5 FLT2002 'NativeMemory.Alloc' measured in App.dll: 4 of its 10 blocks (1 byte) had not been freed at the program's end",
                "5 FLT2003 'NativeMemory.Alloc' measured in App.dll: its blocks kept 100 pages of the heap in memory that were free but for them, of 512 pages in all",
            ],
            MeasuredSource.Diagnostics(Source, MeasuredSource.Profile(Source, Figures), "FLT2001 FLT2002 FLT2003".Split(' ')));

    [Theory]
    [InlineData("\"calls\": 1, \"blocks\": 1, \"requestedBytes\": 8, \"minorFaults\": null, \"sizes\": null", "1 block with 8 bytes in all, from the heap")]
    [InlineData("\"blocks\": 3, \"mmapBlocks\": 3, \"minorFaults\": 1, \"sizes\": { \"count\": 3, \"least\": 200000, \"greatest\": 200000 }", "3 blocks of 200,000 bytes, all mapped, 1 page fault")]
    [InlineData("\"blocks\": 2, \"lifetimes\": { \"count\": 2, \"medianAtMost\": 0 }", "2 blocks with 0 bytes in all, all from the heap, half of the freed ones went before the next allocation")]
    [InlineData("\"blocks\": 2, \"lifetimes\": { \"count\": 0, \"medianAtMost\": 0 }", "2 blocks with 0 bytes in all, all from the heap")]
    public void What_is_not_known_is_left_out(string figures, string text)
        => Assert.Equal([$"5 FLT2001 'NativeMemory.Alloc' measured in App.dll: {text}"], MeasuredSource.Diagnostics(Source, MeasuredSource.Profile(Source, figures), s_measured));

    [Fact]
    public void They_follow_the_call()
    {
        string below = string.Concat(Enumerable.Repeat("// a line above\n", 10)) + Source;
        Assert.All(MeasuredSource.Diagnostics(below, MeasuredSource.Profile(Source, Figures), s_measured), line => Assert.StartsWith("15 ", line));
    }

    [Theory]
    [InlineData("(nuint)n", "(nuint)(n + 1)")]
    [InlineData("M(int n)", "N(int n)")]
    [InlineData("NativeMemory.Alloc((nuint)n)", "NativeMemory.AllocZeroed((nuint)n)")]
    public void Quiet_where_the_call_was_changed(string old, string now)
        => Assert.Empty(MeasuredSource.Diagnostics(Source.Replace(old, now), MeasuredSource.Profile(Source, Figures), "FLT2001 FLT2002 FLT2003".Split(' ')));

    [Fact]
    public void Profiles_of_other_assemblies_are_silent()
        => Assert.Empty(MeasuredSource.Diagnostics(Source, MeasuredSource.Profile(Source, Figures, assembly: "Other"), s_measured));

    [Fact]
    public void Quiet_about_other_additional_files() => Assert.DoesNotContain("FLT1103", MeasuredSource.Run(Source, ("settings.json", "<"), ("notes.txt", "<")).Select(d => d.Id));

    /// <summary>Two profiles of one call: the longer run counts, whichever is named first.</summary>
    [Fact]
    public void Of_two_profiles_the_one_with_more_calls_counts()
    {
        string few = MeasuredSource.Profile(Source, "\"calls\": 1, \"blocks\": 1"), many = MeasuredSource.Profile(Source, "\"calls\": 9, \"blocks\": 9");
        foreach ((string first, string second) in new[] { (few, many), (many, few) })
            Assert.Contains(" 9 blocks ", Assert.Single(MeasuredSource.Run(Source, ("a.faultline.json", first), ("b.faultline.json", second))).GetMessage());
    }

    [Theory]
    [InlineData("<html>", "line 1, column 1: a value is expected, not '<'")]
    [InlineData("[]", "it is no profile: its \"kind\" is not \"faultline-profile\"")]
    [InlineData("{ \"schema\": 1 }", "it is no profile: its \"kind\" is not \"faultline-profile\"")]
    [InlineData("{ \"kind\": \"faultline-profile\", \"schema\": 2 }", "its \"schema\" is not 1: write it anew with this version's faultline run --profile")]
    [InlineData("{ \"kind\": \"faultline-profile\", \"schema\": 1 }", "it has no \"sites\"")]
    [InlineData("{ \"kind\": \"faultline-profile\", \"schema\": 1, \"sites\": [3] }", "an entry of \"sites\" is no object")]
    public void Diagnostics_tell_at_the_file_what_cannot_be_read(string text, string reason)
    {
        Diagnostic told = Assert.Single(MeasuredSource.Run(Source, ("folder/App.faultline.json", text)));
        Assert.Equal(("FLT1103", "folder/App.faultline.json"), (told.Id, told.Location.GetLineSpan().Path));
        Assert.Equal($"'App.faultline.json' is not used: {reason}", told.GetMessage());
    }

    /// <summary>The size's bounds in the source do not decide: the run's do, and the message says so.</summary>
    [Theory]
    [InlineData("NativeMemory.Alloc((nuint)n)", 40, 5000, "5 FLT0001 'NativeMemory.Alloc' asks for 40 to 5,000 bytes (measured): glibc on Linux serves it from the brk heap")]
    [InlineData("NativeMemory.Alloc((nuint)n)", 200_000, 200_000, "5 FLT0002 'NativeMemory.Alloc' asks for 200,000 bytes (measured): glibc on Linux initially serves its chunk")]
    [InlineData("NativeMemory.Alloc((nuint)n)", 40, 200_000, null)]
    [InlineData("NativeMemory.Alloc((nuint)n & 0xfffff)", 40, 50, "5 FLT0001 'NativeMemory.Alloc' asks for 40 to 50 bytes (measured)")]
    [InlineData("NativeMemory.Alloc(1000)", 40, 50, "5 FLT0001 'NativeMemory.Alloc' asks for 1,000 bytes:")]
    public void Measured_sizes_decide_where_the_source_does_not(string call, int least, int greatest, string? expected)
    {
        string source = Source.Replace("NativeMemory.Alloc((nuint)n)", call);
        string profile = MeasuredSource.Profile(source, $$"""
            "calls": 2, "blocks": 2, "sizes": { "count": 2, "least": {{least}}, "greatest": {{greatest}} }
            """);
        string? found = MeasuredSource.Diagnostics(source, profile, "FLT0001", "FLT0002").SingleOrDefault();
        Assert.Equal(expected, expected == null ? found : found?[..expected.Length]);
    }

    [Fact]
    public void An_alignment_that_is_not_known_leaves_it_open()
    {
        const string Aligned = "unsafe class C { void* M(nuint n, nuint a) => NativeMemory.AlignedAlloc(n, a); void* N(nuint n) => NativeMemory.AlignedAlloc(n, 64); }";
        string profile = MeasuredSource.Profile(Aligned, "\"blocks\": 1, \"sizes\": { \"count\": 1, \"least\": 100, \"greatest\": 100 }", "NativeMemory.AlignedAlloc");
        string found = Assert.Single(MeasuredSource.Diagnostics(Aligned, profile, "FLT0001"));
        Assert.Contains("asks for 128 bytes (measured) aligned to 64", found);
    }
}
