using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Faultline.TestSupport;
using Faultline.Tracing.Replay;

namespace Faultline.Tool.Tests.Exports;

/// <summary>The viewers themselves read the exports, and the totals that they show are the report's.</summary>
public partial class ViewerTests
{
    private const string Trace = "Recordings/orders.heaptrack.raw.zst";

    [RequiresProgramFact("ms_print")]
    public void Ms_print_shows_what_was_held_at_the_end_and_at_the_peak()
    {
        using ExportRun run = new(Trace);
        string printed = RunProgram("ms_print", [run.FileOf("massif")]);

        ulong peak;
        using (Tracing.Events.ITraceSource source = Verbs.TraceFiles.Open(run.Trace))
            peak = TraceReplay.Run(source, new ReplayOptions()).PeakLiveBytes;
        MatchCollection rows = Row().Matches(printed);
        Assert.InRange(rows.Count, 5, 100);
        long Useful(Match row) => long.Parse(row.Groups[2].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        Assert.Equal(run.Totals["leaked"], Useful(rows[^1]));
        Assert.Equal((long)peak, rows.Max(Useful));
        Assert.Matches(@"\(peak\)", printed);
        Assert.Contains($"100.00% ({peak.ToString("N0", CultureInfo.InvariantCulture)}B) (heap allocation functions)", printed);
    }

    /// <summary>Its page lists the profiles with their totals, which its own importer has summed up.</summary>
    [SpeedscopeFact]
    public void Speedscope_s_page_shows_the_totals()
    {
        using ExportRun run = new(Trace);
        string script = Path.Combine(run.Folder, "load.js"), page = Path.Combine(SpeedscopeFactAttribute.Folder!, "dist", "release", "index.html");
        File.WriteAllText(script, $"speedscope.loadFileFromBase64(\"export.json\", \"{Convert.ToBase64String(File.ReadAllBytes(run.FileOf("speedscope")))}\")");
        string dom = RunProgram("chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={Path.Combine(run.Folder, "browser")}", "--virtual-time-budget=20000", "--dump-dom",
            $"file://{page}#localProfilePath={script}&view=sandwich",
        ]);

        string text = Regex.Replace(Regex.Replace(dom, "<[^>]*>", " "), @"\s+", " ");
        Assert.Contains($"requested: bytes asked for {Bytes(run.Totals["requested"])} ", text);
        Assert.Contains($"blocks: blocks handed out {run.Totals["blocks"].ToString("N0", CultureInfo.InvariantCulture)} ", text);
        Assert.Contains($"resident: bytes of pages resident at the end (simulated) {Bytes(run.Totals["resident"])} ", text);
        Assert.Contains($"faults: minor page faults (simulated) {run.Totals["faults"].ToString("N0", CultureInfo.InvariantCulture)} ", text);
        Assert.Contains($"leaked: bytes not given back at the end {Bytes(run.Totals["leaked"])} ", text);
    }

    /// <summary>As speedscope's ByteFormatter writes bytes.</summary>
    private static string Bytes(long bytes)
        => bytes < 1024 ? $"{bytes} B"
            : bytes < 1024 * 1024 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.00} KB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:0.00} MB");

    private static string RunProgram(string name, string[] arguments)
    {
        ProcessStartInfo start = new(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{name} ended with {process.ExitCode}: {error.Result}");
        return output;
    }

    [GeneratedRegex(@"(?m)^ *\d+ +[\d,]+ +([\d,]+) +([\d,]+) +0 +0$")]
    private static partial Regex Row();
}

/// <summary>A test that needs a program; skipped, with the reason, where there is none.</summary>
public sealed class RequiresProgramFactAttribute : FactAttribute
{
    public RequiresProgramFactAttribute(string name)
    {
        if (!Host.OnPath(name))
            Skip = $"SKIPPED: there is no {name} on PATH";
    }
}

/// <summary>A test that needs Chromium and speedscope's npm package, which is installed into a folder of its own the first time.</summary>
public sealed class SpeedscopeFactAttribute : FactAttribute
{
    private const string Package = "speedscope@1.25.0";

    private static readonly Lazy<(string? Folder, string? Missing)> s_found = new(Find);

    public SpeedscopeFactAttribute() => Skip = s_found.Value.Missing;

    public static string? Folder => s_found.Value.Folder;

    private static (string? Folder, string? Missing) Find()
    {
        if (!Host.OnPath("chromium"))
            return (null, "SKIPPED: there is no chromium on PATH");
        string home = Path.Combine(Path.GetTempPath(), "faultline-" + Package.Replace('@', '-')), folder = Path.Combine(home, "node_modules", "speedscope");
        if (File.Exists(Path.Combine(folder, "dist", "release", "index.html")))
            return (folder, null);
        if (!Host.OnPath("npm"))
            return (null, "SKIPPED: there is no npm on PATH to install speedscope");
        Directory.CreateDirectory(home);
        ProcessStartInfo start = new("npm", ["install", "--prefix", home, "--no-audit", "--no-fund", Package]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process npm = Process.Start(start)!;
        Task<string> output = npm.StandardOutput.ReadToEndAsync(), error = npm.StandardError.ReadToEndAsync();
        if (!npm.WaitForExit(TimeSpan.FromMinutes(1)))
            npm.Kill(entireProcessTree: true);
        return npm.HasExited && npm.ExitCode == 0 ? (folder, null) : (null, $"SKIPPED: npm cannot install {Package}: {error.Result.ReplaceLineEndings(" ")}{output.Result.ReplaceLineEndings(" ")}");
    }
}
