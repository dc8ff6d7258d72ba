using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Validators;

namespace Faultline.BenchmarkDotNet.Tests;

/// <summary>What is said before anything runs.</summary>
public class BenchmarkChecksTests
{
    /// <summary>This project is not routed.</summary>
    [Fact]
    public void AProjectWithoutRoutedCallsIsRefusedOnce()
    {
        BenchmarkCase[] benchmarks = BenchmarkConverter.TypeToBenchmarks(typeof(Unrouted)).BenchmarksCases;
        Assert.Equal(2, benchmarks.Length);
        ValidationError error = Assert.Single(BenchmarkChecks.Of(benchmarks));
        Assert.True(error.IsCritical);
        Assert.StartsWith(
            "NativeMemoryFaults: no native call of Faultline.BenchmarkDotNet.Tests or of what it refers to is routed: set <FaultlineRouting>true</FaultlineRouting>", error.Message);
    }

    public class Unrouted
    {
        [Benchmark]
        public int One() => 1;

        [Benchmark]
        public int Two() => 2;
    }
}
