using Faultline.Analyzers.Context;
using Faultline.Analyzers.Tests.Support;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>FLT1102, a setting that cannot be read, and the grammar of sizes.</summary>
public class FLT1102Tests
{
    [Fact]
    public void A_bad_value_is_said_once_and_the_default_holds()
    {
        Diagnostic[] found = [.. Inspect.Source(
            "unsafe class C { void* M() => NativeMemory.Alloc(131_048); void* N() => NativeMemory.Alloc(131_049); }",
            new Dictionary<string, string> { ["faultline.mmap_threshold"] = "a lot" },
            "FLT0001", "FLT0002", "FLT1102")];
        Assert.Equal(["FLT1102", "FLT0001", "FLT0002"], found.Select(d => d.Id));
        Assert.Equal(
            "'faultline.mmap_threshold = a lot' in .editorconfig is not a size (a number of bytes, or a number with K, M, G or T (also KB or KiB)): the default of 131,072 bytes is used",
            found[0].GetMessage());
        Assert.Equal(DiagnosticSeverity.Warning, found[0].Severity);
    }

    [Fact]
    public void A_good_value_is_not_spoken_of()
        => Assert.Empty(Inspect.Source(
            "unsafe class C { void* M() => NativeMemory.Alloc(8); }", new Dictionary<string, string> { ["faultline.mmap_threshold"] = "256K" }, "FLT1102"));

    [Theory]
    [InlineData("131072", 131072)]
    [InlineData("0", 0)]
    [InlineData("128K", 131072)]
    [InlineData("128kb", 131072)]
    [InlineData("128 KiB", 131072)]
    [InlineData("1M", 1048576)]
    [InlineData("1mb", 1048576)]
    [InlineData(" 2 GiB ", 2147483648)]
    [InlineData("512B", 512)]
    [InlineData("1TiB", 1099511627776)]
    public void Sizes(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("-1")]
    [InlineData("1.5M")]
    [InlineData("1 PiB")]
    [InlineData("1KiBs")]
    [InlineData("0x20000")]
    [InlineData("12 12")]
    public void Not_sizes(string text) => Assert.Null(ByteSize.Parse(text));
}
