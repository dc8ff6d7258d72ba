namespace Faultline.Reporting.Tests;

/// <summary>Numbers, wrapping and tables as they are laid out.</summary>
public class LayoutTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(10_300, "10.1 KiB")]
    [InlineData(131_049, "128 KiB")]
    [InlineData(1_048_575, "1 MiB")]
    [InlineData(64UL << 20, "64 MiB")]
    [InlineData(1UL << 40, "1 TiB")]
    [InlineData(ulong.MaxValue, "16 EiB")]
    public void BytesHaveUnits(ulong bytes, string expected) => Assert.Equal(expected, Quantity.Bytes(bytes));

    [Theory]
    [InlineData(0.0, "0 %")]
    [InlineData(0.0001, "< 0.1 %")]
    [InlineData(0.031, "3.1 %")]
    [InlineData(0.99999, "> 99.9 %")]
    [InlineData(1.0, "100 %")]
    [InlineData(2.5, "250 %")]
    public void PercentNeverRoundsToNothingOrAll(double share, string expected) => Assert.Equal(expected, Quantity.Percent(share));

    [Theory]
    [InlineData(1, "1 page")]
    [InlineData(0, "0 pages")]
    [InlineData(2048, "2,048 pages")]
    public void CountsAreInTheRightNumber(ulong number, string expected) => Assert.Equal(expected, Quantity.Count(number, "page"));

    [Theory]
    [InlineData(137, "SIGKILL")]
    [InlineData(134, "SIGABRT")]
    [InlineData(139, "SIGSEGV")]
    [InlineData(159, "SIGSYS")]
    [InlineData(128, null)]
    [InlineData(150, null)]
    [InlineData(160, null)]
    [InlineData(3, null)]
    public void ExitCodesNameSignals(int exitCode, string? expected) => Assert.Equal(expected, Signals.FromExitCode(exitCode));

    [Theory]
    [InlineData("findings", 80)]
    [InlineData("leaky", 80)]
    [InlineData("many-sites", 80)]
    [InlineData("killed", 132)]
    public void FitsATerminal(string scenario, int width)
    {
        string text = SnapshotTests.TextOf(Scenarios.All[scenario].Report, new TextOptions(Width: width));
        foreach (string line in text.Split('\n').Where(l => l.Length > width))
            Assert.Fail($"{line.Length} columns: {line}");
    }

    [Fact]
    public void WithoutColourThereIsNoEscape()
        => Assert.DoesNotContain('\e', SnapshotTests.TextOf(Scenarios.All["findings"].Report, new TextOptions()));

    [Fact]
    public void ColourOnlyRepeats()
    {
        Report report = Scenarios.All["findings"].Report;
        string coloured = SnapshotTests.TextOf(report, new TextOptions(Colour: true));
        Assert.Contains('\e', coloured);
        Assert.Equal(SnapshotTests.TextOf(report, new TextOptions()), System.Text.RegularExpressions.Regex.Replace(coloured, "\e\\[[0-9]+m", ""));
    }

    [Fact]
    public void FilesKeepLongNamesWhole()
    {
        Scenarios.Scenario clean = Scenarios.All["clean"];
        string method = new('M', 200);
        Report report = (clean with { Sites = new(clean.Sites.Sites.Select(s => s with { Method = method })) }).Report;
        Assert.Contains(method, SnapshotTests.TextOf(report, new TextOptions()));
        string[] onTerminal = SnapshotTests.TextOf(report, new TextOptions(Width: 100)).Split('\n');
        Assert.Contains(onTerminal, line => line.Contains(":31 MMM") && line.EndsWith('…') && line.Length == 100);
    }

    [Fact]
    public void LongWordsAreNotCut() => Assert.Equal(["a", "/long/path/to/a/file", "b"], Wrapping.Lines("a /long/path/to/a/file b", 10));

    [Fact]
    public void TopMustBePositive()
        => Assert.Throws<ArgumentOutOfRangeException>(() => SnapshotTests.TextOf(Scenarios.All["clean"].Report, new TextOptions(Top: 0)));
}
