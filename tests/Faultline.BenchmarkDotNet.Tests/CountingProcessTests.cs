using System.Diagnostics;

namespace Faultline.BenchmarkDotNet.Tests;

/// <summary>The environment of the process that counts.</summary>
public class CountingProcessTests
{
    [Theory]
    [InlineData(null, "Faultline.BenchmarkDotNet")]
    [InlineData("Other", "Faultline.BenchmarkDotNet:Other")]
    public void ItIsRoutedAndHasTheHookBesideOthers(string? hooks, string expected)
    {
        ProcessStartInfo start = new("benchmark");
        start.Environment["FAULTLINE_OFF"] = "1";
        start.Environment["DOTNET_STARTUP_HOOKS"] = hooks;
        CountingProcess.Prepare(start, "figures.json");
        Assert.False(start.Environment.ContainsKey("FAULTLINE_OFF"));
        Assert.Equal(expected, start.Environment["DOTNET_STARTUP_HOOKS"]);
        Assert.Equal("figures.json", start.Environment["FAULTLINE_BENCHMARK"]);
    }
}
