namespace Faultline.Weaver.Tests.Support;

/// <summary>A rewritten program's run against the recording shim.</summary>
internal sealed record RoutedRun(LaunchPlan Plan, ProcessResult Result, IReadOnlyDictionary<int, int> CallsBySite)
{
    public static RoutedRun Run(LaunchPlan plan, string? folder = null)
    {
        string counts = Path.Combine(TemporaryFolder.Create("counts"), "counts");
        Dictionary<string, string> environment = new(plan.Environment) { [RecordingShim.CountsVariable] = counts };
        ProcessResult result = ProcessResult.Run(plan.FileName, plan.Arguments, environment, folder);
        Assert.True(File.Exists(counts), $"the startup hook did not run: {result.Error}");
        return new RoutedRun(plan, result, File.ReadAllLines(counts).Select(line => line.Split(' ')).ToDictionary(line => int.Parse(line[0]), line => int.Parse(line[1])));
    }

    public SortedDictionary<int, int> CallsByLine
    {
        get
        {
            SortedDictionary<int, int> lines = [];
            foreach ((int site, int count) in CallsBySite)
                lines[Site(site).Line] = lines.GetValueOrDefault(Site(site).Line) + count;
            return lines;
        }
    }

    public WovenSite Site(int id) => Plan.Sites[id - 1];

    public WovenSite SiteOfLine(int line) => Plan.Sites.First(site => site.Line == line);
}
