namespace Faultline.Tool.Tests;

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
    public void SizesAreRead(string text, ulong expected) => Assert.Equal(expected, ByteSize.Parse(text));

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
    public void WhatIsNoSizeIsRefused(string text) => Assert.Null(ByteSize.Parse(text));

    [Theory]
    [InlineData("--top", "--top", 0)]
    [InlineData("--topp", "--top", 1)]
    [InlineData("--otp", "--top", 2)]
    [InlineData("", "abc", 3)]
    public void DistancesAreThoseOfLevenshtein(string a, string b, int expected)
    {
        Assert.Equal(expected, EditDistance.Between(a, b));
        Assert.Equal(expected, EditDistance.Between(b, a));
    }
}
