namespace Faultline.Testing.Tests;

/// <summary>Limits as calls.</summary>
public class CallTests
{
    [Fact]
    public void WhatKeepsItsLimitsPasses() => Assert.Equal(new LimitedRun(0, "fine\n"), LimitedRun.Of(["calls", "fine"]));

    [Theory]
    [InlineData("leak", "NativeLimitException: native leaks: 1 call site left more than the 0 B allowed to each\n  Calls.cs:")]
    [InlineData("scope", "NativeLimitException: native memory: more was held at once than the 1 KB allowed\n  Calls.cs:")]
    [InlineData("async", "NativeLimitException: native memory: more was held at once than the 1.5 KiB allowed\n  Calls.cs:")]
    [InlineData("body throws", "InvalidOperationException: of the body\n")]
    [InlineData("no limit", "ArgumentException: no limit is given: give faults, memory or leaks\n")]
    [InlineData("negative", "ArgumentException: -1 is no limit of page faults: give 0 or more\n")]
    [InlineData("bad size", "ArgumentException: '24 XB' is no size: give a number and B, KB, MB, GB, TB or PB")]
    public void WhatDoesNotSaysSo(string name, string message)
    {
        LimitedRun run = LimitedRun.Of(["calls", name]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith(message, run.Output);
    }
}
