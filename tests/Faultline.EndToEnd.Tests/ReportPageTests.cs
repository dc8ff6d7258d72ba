using System.Text.Json;
using System.Text.RegularExpressions;

namespace Faultline.EndToEnd.Tests;

/// <summary>faultline report of what was recorded just now.</summary>
public sealed class ReportPageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Recorded_call_stacks_are_the_frames_of_its_flame_graph()
    {
        string trace = Path.Combine(_folder, "run.fltrace"), page = Path.Combine(_folder, "run.html");
        Watched watched = Watched.Start(Programs.Sample("ChurningReader"), [], null, "--trace", trace, "--stacks", "all");
        Completed report = Completed.Run("dotnet", [Programs.Tool, "report", trace, "-o", page]);
        Assert.True(report.ExitCode == 0, report.Error);

        using JsonDocument document = JsonDocument.Parse(Regex.Match(File.ReadAllText(page), "id=\"data\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value);
        JsonElement flame = document.RootElement.GetProperty("flame"), nodes = flame.GetProperty("nodes");
        string[] labels = [.. nodes.GetProperty("label").EnumerateArray().Select(label => label.GetString()!)];
        int[] parents = [.. nodes.GetProperty("parent").EnumerateArray().Select(parent => parent.GetInt32())];
        Assert.True(flame.GetProperty("hasStacks").GetBoolean());
        // The innermost frame is the call site; its callers, up to Main, are above it with their lines.
        int site = Enumerable.Range(0, labels.Length).MaxBy(node => labels[node].EndsWith(" NativeMemory.AllocZeroed", StringComparison.Ordinal) ? nodes.GetProperty("values")[0][node].GetDouble() : -1);
        List<string> callers = [];
        for (int node = parents[site]; node > 0; node = parents[node])
            callers.Add(labels[node]);
        Assert.Contains("NativeMemory.AllocZeroed", labels[site]);
        Assert.True(callers.Count > 0, string.Join('\n', labels));
        Assert.All(callers, caller => Assert.Contains("Program.cs:", caller));
        // What the root adds up to is what the run asked for.
        Assert.Equal(watched.Report.GetProperty("totals").GetProperty("requestedBytes").GetDouble(), nodes.GetProperty("values")[0][0].GetDouble());
    }
}
