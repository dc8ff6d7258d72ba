namespace Faultline.Reporting.Tests;

/// <summary>Which sites are named first, and the savings that are promised.</summary>
public class AdviceTests
{
    [Fact]
    public void Blocks_that_are_mapped_again_and_again_are_to_be_hoisted()
    {
        Report report = Scenarios.All["clean"].Report;
        Advice advice = Assert.Single(report.Advice);
        Assert.Equal(1, advice.Site.Id);
        Assert.StartsWith("Hoist", advice.Title);
        // 100 blocks took 49 faults each: 99 times 49 are saved, and 99 pairs of calls.
        Assert.StartsWith("4,851 page faults of 4,900", advice.Savings[0]);
        Assert.StartsWith("198 system calls", advice.Savings[1]);
    }

    [Fact]
    public void A_leak_is_named_with_its_bytes()
    {
        Advice advice = Assert.Single(Scenarios.All["leaky"].Report.Advice, a => a.Title.Contains("freed", StringComparison.Ordinal) || a.Title.Contains("frees", StringComparison.Ordinal));
        Assert.Equal(3, advice.Site.Id);
        Assert.Contains("2.93 KiB", advice.Savings[0]);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("refused")]
    [InlineData("not-started")]
    [InlineData("no-snapshot")]
    public void Nothing_is_said_where_nothing_is_known(string name) => Assert.Empty(Scenarios.All[name].Report.Advice);

    [Fact]
    public void The_best_saving_comes_first_and_no_more_than_three_are_named()
    {
        foreach (Scenarios.Scenario scenario in Scenarios.All.Values)
        {
            IReadOnlyList<Advice> advice = scenario.Report.Advice;
            Assert.InRange(advice.Count, 0, 3);
            Assert.Equal(advice.OrderByDescending(a => a.Weight), advice);
            Assert.Equal(advice.Count, advice.DistinctBy(a => a.Site.Id).Count());
            Assert.All(advice, a => Assert.NotEmpty(a.Savings));
        }
    }
}
