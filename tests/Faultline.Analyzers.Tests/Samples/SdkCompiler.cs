// The compiler of the SDK that builds this repository, run as a process: unlike the one that the tests link, it is the one that users have,
// and it loads the analyzers from their files. (An analyzer built against a newer Roslyn than the SDK's is left out with a mere warning.)

using System.Diagnostics;
using Faultline.TestSupport;

namespace Faultline.Analyzers.Tests.Samples;

internal static class SdkCompiler
{
    private static readonly string DotnetRoot = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    /// <summary>Everything that the compiler prints.</summary>
    public static string Compile(IEnumerable<string> sources, IEnumerable<string> references, string output)
    {
        string sdk = Path.Combine(DotnetRoot, "sdk", Run(Path.Combine(DotnetRoot, "dotnet"), ["--version"]).Trim());
        string pack = Newest(Path.Combine(DotnetRoot, "packs", "Microsoft.NETCore.App.Ref"), "10.0.");
        List<string> arguments =
        [
            Path.Combine(sdk, "Roslyn", "bincore", "csc.dll"), "/noconfig", "/nologo", "/nostdlib", "/target:exe", "/unsafe", "/nullable:enable", "/langversion:latest",
            "/utf8output", "/nowarn:1701,1702", $"/out:{output}",
            $"/analyzer:{typeof(FaultlineAnalyzer).Assembly.Location}",
            $"/analyzerconfig:{Repository.Path(".editorconfig")}",
            $"/analyzerconfig:{Repository.Path("samples", ".editorconfig")}",
            .. Directory.GetFiles(Path.Combine(pack, "analyzers", "dotnet", "cs"), "*Interop*.dll").Select(generator => $"/analyzer:{generator}"),
            .. Directory.GetFiles(Path.Combine(pack, "ref", "net10.0"), "*.dll").Concat(references).Select(reference => $"/reference:{reference}"),
            .. sources,
        ];
        return Run(Path.Combine(DotnetRoot, "dotnet"), ["exec", .. arguments]);
    }

    private static string Newest(string folder, string prefix) => Directory.GetDirectories(folder)
        .Where(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal))
        .MaxBy(path => Version.Parse(Path.GetFileName(path)))
        ?? throw new DirectoryNotFoundException($"no {prefix}* in {folder}");

    private static string Run(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output + error.Result;
    }
}
