using System.Text.Json;
using Faultline.TestSupport;

namespace Faultline.EndToEnd.Tests;

/// <summary>
/// A program of several threads that fragments memory, recorded, replayed under other settings, and run under them as it is: what the
/// model has best is best, and by how much.
/// </summary>
public sealed class RecordedWhatIfTests : IDisposable
{
    /// <summary>Two for each worker: all of them are alive until each has had its first. A .NET thread has its arena from its start on, the model's from its first call.</summary>
    private const string Turns = "24";

    /// <summary>What the runtime takes after the program's start, bytes: in the real figures, not in the model.</summary>
    private const double Runtime = 4 << 20;

    /// <summary>Of the real peak.</summary>
    private const double Tolerance = 0.05;

    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [RealLibcFact]
    public void The_best_setting_for_a_recorded_program_is_the_best_for_the_program()
    {
        string program = Programs.Fixture("TurnTakingWorkers"), trace = Path.Combine(_folder, "run.fltrace");
        Assert.Equal(0, Completed.Run("dotnet", [Programs.Tool, "run", "--quiet", "--trace", trace, program, "--", Turns]).ExitCode);
        Completed whatIf = Completed.Run("dotnet",
        [
            Programs.Tool, "whatif", trace, "--vary", "malloc.arena_max=1,8", "--vary", "malloc.mmap_threshold=64K,1M", "--best-by", "end", "--json",
            "--real-run", "--repeats", "2", "--", "dotnet", program, Turns,
        ]);
        Assert.True(whatIf.ExitCode == 0, whatIf.Error);
        using JsonDocument document = JsonDocument.Parse(whatIf.Output);
        JsonElement[] rows = [.. document.RootElement.GetProperty("rows").EnumerateArray()];

        Assert.Equal((5, true, 2), (rows.Length, document.RootElement.GetProperty("realBestAgrees").GetBoolean(), document.RootElement.GetProperty("realRuns").GetInt32()));
        // By peak the rows of one arena are within a tie of each other; at the end buffers of the heap are held by what was kept beside them.
        JsonElement best = rows.Single(row => row.GetProperty("best").GetBoolean());
        Assert.Equal((1, 64 << 10), (best.GetProperty("settings").GetProperty("malloc.arena_max").GetInt32(), best.GetProperty("settings").GetProperty("malloc.mmap_threshold").GetInt32()));
        Assert.True(RealPeak(best) < RealPeak(rows[0]) / 2, $"{RealPeak(best)} bytes under the best setting, {RealPeak(rows[0])} as recorded");
        Assert.Contains(document.RootElement.GetProperty("notes").EnumerateArray(), note => note.GetString()!.StartsWith("the recording saw touches late", StringComparison.Ordinal));
        // As recorded, the runtime's own threads have some of the arenas, which nobody can know from the trace.
        foreach (JsonElement row in rows[1..])
        {
            double model = row.GetProperty("peakRssBytes").GetDouble();
            Assert.True(Math.Abs(model - RealPeak(row)) <= Runtime + Tolerance * RealPeak(row), $"model {model} bytes, real {RealPeak(row)}: {row}");
        }
    }

    private static double RealPeak(JsonElement row) => row.GetProperty("real").GetProperty("peakRssBytes").GetDouble();
}
