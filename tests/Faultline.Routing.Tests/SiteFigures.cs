using System.Diagnostics;
using System.Text.Json;
using Faultline.TestSupport;

namespace Faultline.Routing.Tests;

/// <summary>What a sample did at one call site, as a report has it.</summary>
internal sealed record SiteFigures(string Place, ulong Calls, ulong Blocks, ulong RequestedBytes, ulong MinorFaults, ulong LiveBlocks);

/// <summary>A sample's run by one of the routes: what it printed, its exit code, and the report.</summary>
internal sealed record RoutedRun(string Output, int ExitCode, JsonElement Report)
{
    private static readonly string s_configuration = AppContext.BaseDirectory.Contains("/Release/") ? "Release" : "Debug";

    /// <summary>Routed when it is run: the tool rewrites a copy of the ordinary program.</summary>
    public static RoutedRun ByTool(string sample)
    {
        string tool = Repository.Path("src", "Faultline.Tool", "bin", s_configuration, "net10.0", "faultline.dll");
        return Run(report => ("dotnet", [tool, "run", "--json", "--output", report, Program(sample, s_configuration)], []));
    }

    /// <summary>Routed when it was compiled: it writes its report itself.</summary>
    public static RoutedRun ByCompiler(string sample)
        => Run(report => ("dotnet", [Program(sample, "Routed" + s_configuration)], [("FAULTLINE_OUTPUT", report)]));

    /// <summary>The profile that the tool writes.</summary>
    public static RoutedRun ProfileByTool(string sample)
    {
        string tool = Repository.Path("src", "Faultline.Tool", "bin", s_configuration, "net10.0", "faultline.dll");
        return Run(profile => ("dotnet", [tool, "run", "--profile", profile, Program(sample, s_configuration)], []));
    }

    /// <summary>The profile that the program writes itself.</summary>
    public static RoutedRun ProfileByCompiler(string sample)
        => Run(profile => ("dotnet", [Program(sample, "Routed" + s_configuration)], [("FAULTLINE_PROFILE", profile)]));

    /// <summary>A run that records itself, and a replay of the recording by the tool.</summary>
    public static (RoutedRun Run, RoutedRun Replay) RecordedByCompiler(string sample)
    {
        string trace = Path.Combine(Path.GetTempPath(), $"faultline-{Guid.NewGuid():N}.fltrace");
        try
        {
            RoutedRun run = Run(report => ("dotnet", [Program(sample, "Routed" + s_configuration)], [("FAULTLINE_OUTPUT", report), ("FAULTLINE_TRACE", trace)]));
            string tool = Repository.Path("src", "Faultline.Tool", "bin", s_configuration, "net10.0", "faultline.dll");
            return (run, Run(report => ("dotnet", [tool, "replay", trace, "--json", "--output", report], [])));
        }
        finally
        {
            File.Delete(trace);
        }
    }

    public ulong MinorFaults => Report.GetProperty("totals").GetProperty("process").GetProperty("minorFaults").GetUInt64();

    /// <summary>Keys of a profile's sites in the sample's own assembly, with what the rules decide by.</summary>
    public IReadOnlyList<string> Keys(string assembly) =>
    [
        .. Report.GetProperty("sites").EnumerateArray().Where(site => site.GetProperty("assembly").GetString() == assembly)
            .Select(site => string.Join(' ', new[] { "key", "member", "statement", "ordinal", "blocks", "requestedBytes", "leaks", "file" }.Select(name => site.GetProperty(name).ToString()))).Order(StringComparer.Ordinal),
    ];

    /// <summary>The sites of the sample's own assembly, by place.</summary>
    public IReadOnlyList<SiteFigures> Sites(string assembly) =>
    [
        .. Report.GetProperty("sites").EnumerateArray().Where(site => site.GetProperty("assembly").GetString() == assembly).Select(Figures).OrderBy(site => site.Place, StringComparer.Ordinal),
    ];

    private static SiteFigures Figures(JsonElement site)
    {
        string file = Path.GetFileName(site.GetProperty("file").GetString()!);
        string place = $"{file}:{site.GetProperty("line").GetInt32()} {site.GetProperty("method").GetString()} {site.GetProperty("api").GetString()}";
        ulong Number(string name) => site.GetProperty(name).GetUInt64();
        return new(place, Number("calls"), Number("blocks"), Number("requestedBytes"), Number("minorFaults"), Number("liveBlocks"));
    }

    private static string Program(string sample, string configuration) => Repository.Path("samples", sample, "bin", configuration, "net10.0", sample + ".dll");

    private static RoutedRun Run(Func<string, (string Program, string[] Arguments, (string, string)[] Environment)> of)
    {
        string report = Path.Combine(Path.GetTempPath(), $"faultline-{Guid.NewGuid():N}.faultline.json");
        try
        {
            (string program, string[] arguments, (string, string)[] environment) = of(report);
            ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach ((string name, string value) in environment)
                start.Environment[name] = value;
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(File.Exists(report), $"no report (exit code {process.ExitCode}): {errors.Result}");
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(report));
            return new(output, process.ExitCode, document.RootElement.Clone());
        }
        finally
        {
            File.Delete(report);
        }
    }
}
