using Faultline.TestSupport;

namespace Faultline.EndToEnd.Tests;

/// <summary>The report's minor faults against the real kernel's for the same calls and touches: the difference must be 0.</summary>
public class TouchScenarioTests
{
    [RealLibcTheory]
    [InlineData("written-small")]
    [InlineData("written-large")]
    [InlineData("written-heap")]
    [InlineData("read-large")]
    [InlineData("read-heap")]
    [InlineData("zeroed-one-page")]
    [InlineData("churn-1m")]
    [InlineData("churn-40m")]
    [InlineData("realloc-grow")]
    [InlineData("free-untouched")]
    [InlineData("aligned")]
    [InlineData("zeroed-reuse")]
    [InlineData("mixed")]
    public void Faults_are_those_of_the_real_kernel(string scenario)
    {
        Watched watched = Watched.Start(Programs.Fixture("TouchScenarios"), [scenario]);

        Assert.Equal(0, watched.Run.ExitCode);
        Assert.Equal($"done {scenario}\n", watched.Run.Output);
        Assert.Equal(TwinProgram.MinorFaults(scenario), watched.MinorFaults);
    }

    [RealLibcFact]
    public void A_page_read_before_its_first_write_is_the_one_known_exception()
    {
        Watched watched = Watched.Start(Programs.Fixture("TouchScenarios"), ["read-then-write"]);

        // 100 pages are read, then written. The first holds the block's header, so it was written before it was read.
        Assert.Equal(TwinProgram.MinorFaults("read-then-write") - 99, watched.MinorFaults + 1);
    }

    [RealLibcFact]
    public void Faults_are_all_charged_to_sites_or_to_the_allocator()
    {
        Watched watched = Watched.Start(Programs.Fixture("TouchScenarios"), ["mixed"]);

        ulong charged = watched.Sites.Aggregate(0UL, (sum, site) => sum + site.GetProperty("minorFaults").GetUInt64());
        ulong own = watched.Report.GetProperty("totals").GetProperty("process").GetProperty("allocatorFaults").GetUInt64();
        Assert.Equal(watched.MinorFaults, charged + own);
    }
}
