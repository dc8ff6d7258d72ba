using System.Text.Json;
using Faultline.Tracing.Session;

namespace Faultline.Reporting.Tests;

/// <summary>What must hold between the numbers of any report: parts add up to wholes, and both writers tell the same.</summary>
public class InvariantTests
{
    public static TheoryData<string> Names => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void SitesAddUpToTheTotals(string name)
    {
        Report report = Scenarios.All[name].Report;
        Amounts sum = report.Sites.Aggregate(default(Amounts), (total, site) => total + site.Amounts);
        Assert.Equal(report.Totals.Sites, sum);
        Assert.Equal(sum.LiveRequestedBytes, report.Leaks.Aggregate(0UL, (total, leak) => total + leak.Amounts.LiveRequestedBytes));
        Assert.Equal(sum.LiveBlocks, report.Leaks.Aggregate(0UL, (total, leak) => total + leak.Amounts.LiveBlocks));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SitesAndAllocatorAddUpToTheProcess(string name)
    {
        Report report = Scenarios.All[name].Report;
        if (report.Totals.Process is not { } process)
            return;
        Assert.Equal(0, process.UnattributedFaults);
        Assert.Equal(process.MinorFaults, report.Totals.Sites.MinorFaults + process.AllocatorFaults);
        Assert.Equal(process.MinorFaults, report.Processes!.Simulated.MinorFaults);
        Assert.Equal(process.ResidentPages * 4, report.Processes.Simulated.ResKib);
        Assert.True(process.ResidentPages <= process.PeakResidentPages);
    }

    /// <summary>The rows of the table, as printed, add up to the printed total, at any --top.</summary>
    [Theory]
    [InlineData("many-sites", 1)]
    [InlineData("many-sites", 10)]
    [InlineData("many-sites", 100)]
    [InlineData("clean", 1)]
    [InlineData("leaky", 10)]
    public void RowsOfTheTableAddUp(string name, int top)
    {
        string text = SnapshotTests.TextOf(Scenarios.All[name].Report, new TextOptions(Top: top));
        List<string[]> rows = [.. text.Split('\n').SkipWhile(l => !l.StartsWith("  faults", StringComparison.Ordinal) && !l.Contains("faults  requested"))
            .Skip(1).TakeWhile(l => l.Length > 0).Where(l => !l.TrimStart().StartsWith('>'))
            .Select(l => l.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
        Assert.Equal("total", rows[^1][^1]);
        long Faults(string[] row) => long.Parse(row[0], System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Faults(rows[^1]), rows[..^1].Sum(Faults));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void JsonHasTheModelsNumbers(string name)
    {
        Report report = Scenarios.All[name].Report;
        using MemoryStream stream = new();
        JsonReport.Write(report, stream);
        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        JsonElement root = document.RootElement;
        Assert.Equal(JsonReport.SchemaVersion, root.GetProperty("schema").GetInt32());
        Assert.Equal(report.Sites.Count, root.GetProperty("sites").GetArrayLength());
        Assert.Equal(report.Totals.Sites.RequestedBytes, root.GetProperty("totals").GetProperty("requestedBytes").GetUInt64());
        Assert.Equal(report.Totals.Sites.RequestedBytes, root.GetProperty("sites").EnumerateArray().Aggregate(0UL, (sum, s) => sum + s.GetProperty("requestedBytes").GetUInt64()));
        Assert.Equal(report.Findings.Count, root.GetProperty("findings").GetArrayLength());
    }

    [Fact]
    public void EqualSessionsGiveEqualReports()
    {
        foreach (Scenarios.Scenario scenario in Scenarios.All.Values)
        {
            SessionReading shuffled = scenario.Session with { Sites = [.. scenario.Session.Sites.Reverse()] };
            string expected = SnapshotTests.TextOf(scenario.Report, new TextOptions());
            string actual = SnapshotTests.TextOf(ReportBuilder.Build(shuffled, scenario.Sites, scenario.Run, scenario.Routing), new TextOptions());
            Assert.Equal(expected, actual);
        }
    }

    /// <summary>A program cut off between two stores must not make a live count of 2^64 - 1.</summary>
    [Fact]
    public void ReleasesAheadOfAllocationsAreNoLeak()
    {
        Scenarios.Scenario clean = Scenarios.All["clean"];
        SiteCounters torn = new() { Calls = 1, Allocations = 1, RequestedBytes = 8, Released = 2, ReleasedRequestedBytes = 16, ReleasedUsableBytes = 48 };
        Report report = ReportBuilder.Build(clean.Session with { Sites = [new(1, torn)] }, clean.Sites, clean.Run, clean.Routing);
        Assert.Empty(report.Leaks);
        Assert.Equal(0UL, report.Totals.Sites.LiveRequestedBytes);
    }

    /// <summary>Faults of a snapshot that was cut off are shown as what they are, so that the column still adds up.</summary>
    [Fact]
    public void FaultsThatNoSiteHasAreShown()
    {
        Scenarios.Scenario clean = Scenarios.All["clean"];
        SnapshotRecord snapshot = clean.Session.Snapshot!.Value;
        snapshot.MinorFaults += 7;
        Report report = ReportBuilder.Build(clean.Session with { Snapshot = snapshot }, clean.Sites, clean.Run, clean.Routing);
        Assert.Equal(7, report.Totals.Process!.UnattributedFaults);
        Assert.Contains("(cut off in mid-snapshot", SnapshotTests.TextOf(report, new TextOptions()));
    }
}
