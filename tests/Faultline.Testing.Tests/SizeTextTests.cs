namespace Faultline.Testing.Tests;

public class SizeTextTests
{
    [Theory]
    [InlineData("0 B", 0)]
    [InlineData("24 B", 24)]
    [InlineData("1 KB", 1024)]
    [InlineData("1KiB", 1024)]
    [InlineData("24 MB", 24 << 20)]
    [InlineData("1.5 kb", 1536)]
    [InlineData("2 GB", 2L << 30)]
    [InlineData("3 TB", 3L << 40)]
    [InlineData("4 PB", 4L << 50)]
    public void SizesAreRead(string text, long bytes) => Assert.Equal(bytes, SizeText.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("24")]
    [InlineData("MB")]
    [InlineData("-1 B")]
    [InlineData("24 XB")]
    [InlineData("24 M")]
    [InlineData("1 EB")]
    [InlineData("9000000 PB")]
    [InlineData("1,5 KB")]
    public void WhatIsNoSizeIsNamed(string? text)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => SizeText.Parse(text));
        Assert.StartsWith($"'{text}' is no size: give a number and B, KB, MB, GB, TB or PB", refused.Message);
    }
}
