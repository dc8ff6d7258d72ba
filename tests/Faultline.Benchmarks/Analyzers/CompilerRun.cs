using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Faultline.Analyzers;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>Runs the SDK's compiler over a set of sources, without analyzers and with all of them, and reads what /reportanalyzer prints.</summary>
internal static partial class CompilerRun
{
    private static readonly string Sdk = Path.Combine(Workshop.DotnetRoot, "sdk", Output("dotnet", "--version").Text.Trim());

    /// <summary>Null, with a line that says so, if the set does not compile: then the compiler runs no analyzers.</summary>
    public static Timing? Measure(SourceSet set, Workshop workshop)
    {
        string config = Path.Combine(workshop.Output, "rules.globalconfig");
        File.WriteAllText(config, "is_global = true\nglobal_level = 100\ndotnet_diagnostic.CA2000.severity = warning\n");
        Result plain = Compile(set, workshop, []);
        Result analyzed = Compile(set, workshop, [
            "/reportanalyzer", $"/analyzerconfig:{config}", $"/analyzer:{typeof(FaultlineAnalyzer).Assembly.Location}", .. workshop.RivalAnalyzers().Select(path => $"/analyzer:{path}")]);
        string[] rows = analyzed.Text.Split('\n');
        if (!rows.Any(row => row.Contains(nameof(FaultlineAnalyzer))))
        {
            Console.Error.WriteLine($"{set.Name} is left out, it does not compile: {rows.FirstOrDefault(row => row.Contains(": error", StringComparison.Ordinal))}");
            return null;
        }

        return new Timing(set.Name, set.Lines, set.Calls, plain.Seconds, SecondsOf(rows, nameof(FaultlineAnalyzer)), SecondsOf(rows, "(CA2000)"), SecondsOf(rows, "IDisposableAnalyzers, Version"));
    }

    private static Result Compile(SourceSet set, Workshop workshop, IEnumerable<string> more)
    {
        string pack = Directory.GetDirectories(Path.Combine(Workshop.DotnetRoot, "packs", "Microsoft.NETCore.App.Ref"), "10.0.*").Order(StringComparer.Ordinal).Last();
        string[] framework = Directory.GetFiles(Path.Combine(pack, "ref", "net10.0"), "*.dll");
        HashSet<string?> known = [.. framework.Select(Path.GetFileName)];
        string response = Path.Combine(workshop.Output, "compile.rsp");
        File.WriteAllLines(response,
        [
            "/nologo", "/nostdlib", "/target:library", "/unsafe", "/langversion:latest", "/parallel-", "/utf8output", "/nowarn:1701,1702", "/define:TRACE,NET10_0,NET10_0_OR_GREATER",
            $"/out:\"{Path.Combine(workshop.Output, "compiled.dll")}\"",
            .. Directory.GetFiles(Path.Combine(pack, "analyzers", "dotnet", "cs"), "*.dll").Select(path => $"/analyzer:\"{path}\""),
            .. framework.Concat(set.References.Where(path => !known.Contains(Path.GetFileName(path)))).Select(path => $"/reference:\"{path}\""),
            .. more,
            .. set.Files.Select(path => $"\"{path}\""),
        ]);
        return Output(Path.Combine(Workshop.DotnetRoot, "dotnet"), "exec", Path.Combine(Sdk, "Roslyn", "bincore", "csc.dll"), "/noconfig", "@" + response);
    }

    /// <summary>"   1.234   56   Name"; less than a millisecond is "&lt;0.001".</summary>
    private static double SecondsOf(string[] rows, string name)
        => rows.Where(row => row.Contains(name, StringComparison.Ordinal)).Select(row => Row().Match(row)).Where(match => match.Success)
            .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();

    private static Result Output(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_TieredPGO"] = "0";
        double before = ProcessorSecondsOfChildren();
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(text + error.Result, ProcessorSecondsOfChildren() - before);
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

    private sealed record Result(string Text, double Seconds);
}
