using System.Text.Json;

namespace Faultline.EndToEnd.Tests;

/// <summary>A program's run under the tool, with the report in the machine's form.</summary>
internal sealed record Watched(Completed Run, JsonElement Report)
{
    public ulong MinorFaults => Report.GetProperty("totals").GetProperty("process").GetProperty("minorFaults").GetUInt64();

    public ulong Calls => Report.GetProperty("totals").GetProperty("calls").GetUInt64();

    public IReadOnlyList<JsonElement> Findings => [.. Report.GetProperty("findings").EnumerateArray()];

    public IReadOnlyList<JsonElement> Sites => [.. Report.GetProperty("sites").EnumerateArray()];

    public string Completeness => Report.GetProperty("data").GetProperty("completeness").GetString()!;

    public static Watched Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        params string[] options)
    {
        string report = Path.Combine(Path.GetTempPath(), $"faultline-{Guid.NewGuid():N}.json");
        try
        {
            Completed run = Completed.Run("dotnet", [Programs.Tool, "run", "--json", "--output", report, .. options, program, "--", .. arguments], environment);
            Assert.True(File.Exists(report), $"no report was written (exit code {run.ExitCode}): {run.Error}");
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(report));
            return new Watched(run, document.RootElement.Clone());
        }
        finally
        {
            File.Delete(report);
        }
    }
}
