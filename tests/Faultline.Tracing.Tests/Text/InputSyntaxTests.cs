using Faultline.Tracing.Text;

namespace Faultline.Tracing.Tests.Text;

/// <summary>Sizes, times and mistyped words, as people write them.</summary>
public class InputSyntaxTests
{
    [Theory]
    [InlineData("4096", 4096UL)]
    [InlineData("0", 0UL)]
    [InlineData("1B", 1UL)]
    [InlineData("1k", 1024UL)]
    [InlineData("1KiB", 1024UL)]
    [InlineData("512MB", 512UL << 20)]
    [InlineData("512 MiB", 512UL << 20)]
    [InlineData("1.5g", 3UL << 29)]
    [InlineData("16GiB", 16UL << 30)]
    [InlineData("2T", 2UL << 40)]
    public void SizesAreRead(string text, ulong expected) => Assert.Equal(expected, Quantity.Size(text));

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("-1")]
    [InlineData("1,5G")]
    [InlineData("12Q")]
    [InlineData("1KiBs")]
    [InlineData("1BB")]
    [InlineData("1e9")]
    [InlineData("1..5G")]
    [InlineData("99999999T")]
    [InlineData("99999999999999999999999999999999")]
    public void WhatIsNoSizeIsRefused(string text) => Assert.Null(Quantity.Size(text));

    [Theory]
    [InlineData("--top", "--top", 0)]
    [InlineData("--topp", "--top", 1)]
    [InlineData("--otp", "--top", 1)]
    [InlineData("--tpx", "--top", 2)]
    [InlineData("", "abc", 3)]
    public void DistancesCountSwapsAsOneStep(string a, string b, int expected)
    {
        Assert.Equal(expected, Spelling.Distance(a, b));
        Assert.Equal(expected, Spelling.Distance(b, a));
    }

    [Theory]
    [InlineData("40s", 40_000_000_000UL)]
    [InlineData("1.5ms", 1_500_000UL)]
    [InlineData("2d", 172_800_000_000_000UL)]
    public void TimesAreRead(string text, ulong expected) => Assert.Equal(expected, Quantity.Time(text));

    [Theory]
    [InlineData("40")]
    [InlineData("4K")]
    [InlineData("")]
    public void WhatIsNoTimeIsRefused(string text) => Assert.Null(Quantity.Time(text));

    [Theory]
    [InlineData("rnu", "run")]
    [InlineData("repaly", "replay")]
    [InlineData("scenarois", "scenario")]
    [InlineData("rust", null)]
    [InlineData("", null)]
    public void TheNearestWordIsNamedWhereOneIsNear(string word, string? expected)
    {
        Assert.Equal(expected, Spelling.Nearest(word, ["run", "replay", "scenario"]));
        Assert.Equal(expected == null ? "" : $" (did you mean {expected}?)", Spelling.Suggest(word, ["run", "replay", "scenario"]));
    }
}
