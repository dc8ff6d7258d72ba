using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Faultline.Analyzers;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>Runs the SDK's compiler over a set of sources, without analyzers and with all of them, and reads what /reportanalyzer prints.</summary>
internal sealed partial class CompilerRun(Workshop workshop, CompilerServer server)
{
    public static string Compiler { get; } = Path.Combine(Workshop.DotnetRoot, "sdk", Output(new ProcessStartInfo("dotnet", ["--version"])).Text.Trim(), "Roslyn", "bincore");

    private readonly Lazy<string[]> _ours = new(() => ["/reportanalyzer", $"/analyzerconfig:{WriteConfig(workshop)}", $"/analyzer:{typeof(FaultlineAnalyzer).Assembly.Location}"]);

    /// <summary>Null, with a line that says so, if the set does not compile: what analyzers then see is not what they see in a build.</summary>
    public Timing? Measure(SourceSet set)
    {
        Result plain = Compile(set, []);
        if (ErrorIn(plain) is { } error)
        {
            Console.Error.WriteLine($"{set.Name} is left out, it does not compile: {error}");
            return null;
        }

        Result first = Compile(set, Analyzers(workshop.RivalAnalyzers()));
        Result warmPlain = Serve(set, []);
        Result warm = Serve(set, Analyzers(workshop.RivalAnalyzers()));
        return new Timing(set.Name, set.Lines, set.Calls, SecondsOf(plain, first), SecondsOf(warmPlain, warm));
    }

    public void WarmUp(SourceSet set) => server.WarmUp(() => Serve(set, Analyzers(workshop.RivalAnalyzers())));

    public static ProcessStartInfo Environment(ProcessStartInfo start)
    {
        start.Environment["DOTNET_TieredPGO"] = "0";
        return start;
    }

    private string[] Analyzers(IEnumerable<string> rivals) => [.. _ours.Value, .. rivals.Select(path => $"/analyzer:{path}")];

    private static string WriteConfig(Workshop workshop)
    {
        string config = Path.Combine(workshop.Output, "rules.globalconfig");
        File.WriteAllText(config, "is_global = true\nglobal_level = 100\ndotnet_diagnostic.CA2000.severity = warning\n");
        return config;
    }

    private static Seconds SecondsOf(Result plain, Result analyzed)
    {
        string[] rows = analyzed.Text.Split('\n');
        if (!rows.Any(row => row.Contains(nameof(FaultlineAnalyzer), StringComparison.Ordinal)))
            throw new InvalidOperationException($"the compiler has run no analyzers: {analyzed.Text}");
        return new Seconds(plain.Seconds, SecondsOf(rows, nameof(FaultlineAnalyzer)), SecondsOf(rows, "(CA2000)"), SecondsOf(rows, "IDisposableAnalyzers, Version"));
    }

    private static string? ErrorIn(Result compiled)
        => compiled.Text.Split('\n').FirstOrDefault(row => row.Contains(": error ", StringComparison.Ordinal) || row.StartsWith("error ", StringComparison.Ordinal))
            ?? (compiled.Code == 0 ? null : $"the compiler ended with {compiled.Code}");

    private Result Compile(SourceSet set, string[] more, params string[] direct)
    {
        string response = Path.Combine(workshop.Output, "compile.rsp");
        File.WriteAllLines(response,
        [
            $"/out:\"{Path.Combine(workshop.Output, set.Assembly)}\"", .. set.Arguments, "/nologo", "/parallel-", "/utf8output", .. more, .. set.Files.Select(path => $"\"{path}\""),
        ]);
        return Output(new ProcessStartInfo(Path.Combine(Workshop.DotnetRoot, "dotnet"), ["exec", Path.Combine(Compiler, "csc.dll"), .. direct, "/noconfig", "@" + response]) { WorkingDirectory = set.Folder });
    }

    private Result Serve(SourceSet set, string[] more)
    {
        double before = server.Seconds;
        return Compile(set, more, "/shared:" + server.Pipe) with { Seconds = server.Seconds - before };
    }

    /// <summary>"   1.234   56   Name"; less than a millisecond is "&lt;0.001".</summary>
    private static double SecondsOf(string[] rows, string name)
        => rows.Where(row => row.Contains(name, StringComparison.Ordinal)).Select(row => Row().Match(row)).Where(match => match.Success)
            .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();

    private static Result Output(ProcessStartInfo start)
    {
        Environment(start).RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        double before = ProcessorSecondsOfChildren();
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(text + error.Result, process.ExitCode, ProcessorSecondsOfChildren() - before);
    }

    /// <summary>getrusage(2): what the children that have been waited for have used, in user and in kernel mode.</summary>
    private static unsafe double ProcessorSecondsOfChildren()
    {
        const int children = -1;
        long* usage = stackalloc long[18];
        if (getrusage(children, usage) != 0)
            throw new InvalidOperationException("getrusage failed");
        return usage[0] + usage[2] + (usage[1] + usage[3]) / 1e6;
    }

    [DllImport("libc")]
    private static extern unsafe int getrusage(int who, long* usage);

    [GeneratedRegex(@"^\s*<?(\d+\.\d+)\s+<?\d+\s+\S")]
    private static partial Regex Row();

    private sealed record Result(string Text, int Code, double Seconds);
}
