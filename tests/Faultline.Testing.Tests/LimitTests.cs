using Faultline.TestSupport;

namespace Faultline.Testing.Tests;

/// <summary>Limited tests, run by xunit in a routed process: which fail, and what they say.</summary>
public class LimitTests
{
    [Theory]
    [InlineData("LeakTests.Grows", "leak.txt")]
    [InlineData("LeakTests.IsKeptOnce", "leak-once.txt")]
    [InlineData("LeakTests.LeaksInATask", "leak-task.txt")]
    [InlineData("HeldTests.HoldsTwoBuffers", "held.txt")]
    [InlineData("HeldTests.HoldsInThreads", "held-threads.txt")]
    [InlineData("FaultTests.TouchesMany", "faults.txt")]
    [InlineData("FaultTests.BreaksAll", "all.txt")]
    public void AFailureSaysWhichSitesBrokeTheLimit(string test, string snapshot)
    {
        LimitedRun run = LimitedRun.Of([test]);
        Assert.Equal(1, run.ExitCode);
        Snapshot.Match("Faultline.Testing.Tests", snapshot, run.Output);
    }

    [Theory]
    [InlineData("LeakTests.FreesAll")]
    [InlineData("LeakTests.LeavesItToTheFinalizer")]
    [InlineData("HeldTests.HoldsOneAfterTheOther")]
    [InlineData("FaultTests.TouchesFew")]
    public void WhatKeepsItsLimitPasses(string test) => Assert.Equal(new LimitedRun(0, $"passed {test}\n"), LimitedRun.Of([test]));

    [Fact]
    public void EachRowOfATheoryIsMeasured()
    {
        LimitedRun run = LimitedRun.Of(["LeakTests.OfEachRow"]);
        Assert.Contains("passed LeakTests.OfEachRow(bytes: 100)\n", run.Output);
        Assert.Contains("failed LeakTests.OfEachRow(bytes: 5000)\n", run.Output);
    }

    [Fact]
    public void ATextThatIsNoSizeFailsTheTest()
    {
        LimitedRun run = LimitedRun.Of(["LeakTests.HasNoUnit"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("'24' is no size", run.Output);
    }

    [Fact]
    public void WhatRunsMeanwhileDoesNotCount()
    {
        LimitedRun run = LimitedRun.Of(["ParallelModestTests", "ParallelGreedyTests"]);
        Assert.Equal(new LimitedRun(0, "passed ParallelGreedyTests.Allocates_much\npassed ParallelModestTests.Allocates_little\n"), run);
    }

    [Fact]
    public void FaultsThatMayBeOthersFailWithTheReason()
    {
        LimitedRun run = LimitedRun.Of(["ParallelUnclearTests", "ParallelGreedyTests"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("page faults: not clear whether more than the 10 allowed, because other code allocated 1 block meanwhile", run.Output);
        Assert.Contains("others' included", run.Output);
        Assert.Contains("DisableParallelization = true", run.Output);
    }

    [Fact]
    public void ATestThatIsNotRoutedFailsAndSaysHowToRouteIt()
    {
        LimitedRun run = LimitedRun.Of(["LeakTests.FreesAll"], ("FAULTLINE_OFF", "1"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("NativeLimitException : native memory limits cannot be checked: this process's native calls are not routed: FAULTLINE_OFF is set\n", run.Output);
    }

    /// <summary>This project is not routed itself.</summary>
    [Fact]
    public void WithoutARouteNothingPasses()
    {
        const string Reason = "native memory limits cannot be checked: this process's native calls are not routed: build it with <FaultlineRouting>true</FaultlineRouting>";
        NativeLimitException[] refused =
        [
            Assert.Throws<NativeLimitException>(() => NativeLimits.Check(() => { }, faults: 1)),
            Assert.Throws<NativeLimitException>(() => NativeLimits.Begin(memory: "1 KB")),
            Assert.Throws<NativeLimitException>(() => new LimitFaultsAttribute(1).Before(GetType().GetMethod(nameof(WithoutARouteNothingPasses))!)),
        ];
        Assert.All(refused, e => Assert.StartsWith(Reason, e.Message));
        Assert.All(refused, e => Assert.EndsWith("; for one run: dotnet test -p:FaultlineRouting=true", e.Message));
    }
}
