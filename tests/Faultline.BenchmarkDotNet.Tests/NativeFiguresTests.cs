namespace Faultline.BenchmarkDotNet.Tests;

/// <summary>The file between the two processes.</summary>
public sealed class NativeFiguresTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void WhatIsWrittenIsTakenOnce()
    {
        NativeFigures figures = new(Operations: 4, Allocations: 8, Bytes: 12, LeftBytes: -16, MinorFaults: 20, BrkCalls: 24, MmapCalls: 28);
        figures.Write(_file);
        Assert.Equal(figures, NativeFigures.Take(_file));
        Assert.Contains("left none", Assert.Throws<InvalidDataException>(() => NativeFigures.Take(_file)).Message);
    }

    [Theory]
    [InlineData("{\"Operations\":1,\"Failure\":\"not routed\"}", "not routed")]
    [InlineData("{\"Operations\":0}", "no measured iteration")]
    [InlineData("{\"Operations\"", "no JSON")]
    [InlineData("null", "an empty file")]
    public void WhatHoldsNoFiguresSaysWhy(string text, string reason)
    {
        File.WriteAllText(_file, text);
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => NativeFigures.Take(_file)).Message);
    }

    [Fact]
    public void ABenchmarkThatNeverAllocatesHasSixMetricsOfZero()
    {
        double[] values = [.. NativeMetrics.Of(new NativeFigures(Operations: 100)).Select(metric => metric.Value)];
        Assert.Equal([0, 0, 0, 0, 0, 0], values);
    }

    [Fact]
    public void MetricsArePerOperation()
    {
        var metrics = NativeMetrics.Of(new NativeFigures(4, 8, 12, -16, 20, 24, 2)).ToDictionary(metric => metric.Descriptor.DisplayName, metric => metric.Value);
        Assert.Equal(
            new() { ["Native allocs"] = 2, ["Native bytes"] = 3, ["Native leak"] = -4, ["Minor faults"] = 5, ["brk calls"] = 6, ["mmap calls"] = 0.5 }, metrics);
    }
}
