using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>The folder with everything that is not ours: packages from the registry, the decompiler, what it has written.</summary>
internal sealed class Workshop(string folder)
{
    private const string DecompilerVersion = "11.1.0.9782";

    /// <summary>Packages whose decompiled sources compile, most of them with native memory in it; id, version, assembly.</summary>
    private static readonly (string Id, string Version, string Assembly)[] Decompiled =
    [
        ("ZstdSharp.Port", "0.8.8", "ZstdSharp"),
        ("K4os.Compression.LZ4", "1.3.8", "K4os.Compression.LZ4"),
        ("NetVips", "3.2.0", "NetVips"),
        ("LightningDB", "0.23.1", "LightningDB"),
        ("Apache.Arrow", "23.0.0", "Apache.Arrow"),
        ("Mono.Cecil", "0.11.6", "Mono.Cecil"),
        ("Spectre.Console", "0.57.2", "Spectre.Console"),
        ("System.CommandLine", "3.0.0", "System.CommandLine"),
        ("CsCheck", "5.0.1", "CsCheck"),
        ("BenchmarkDotNet", "0.15.8", "BenchmarkDotNet"),
    ];

    private static readonly (string Id, string Version)[] Rivals = [("Microsoft.CodeAnalysis.NetAnalyzers", "10.0.401"), ("IDisposableAnalyzers", "4.0.8")];

    public string Output => Path.Combine(folder, "out");

    public static string DotnetRoot { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    private string Binaries => Path.Combine(folder, "packages", "bin");

    private string Decompiler => Path.Combine(folder, "tools", "ilspycmd");

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static string Repository([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));

    public void Prepare()
    {
        Directory.CreateDirectory(Output);
        string project = Path.Combine(folder, "packages", "Packages.csproj");
        Directory.CreateDirectory(Path.GetDirectoryName(project)!);
        File.WriteAllText(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><CopyLocalLockFileAssemblies>true</CopyLocalLockFileAssemblies><RunAnalyzers>false</RunAnalyzers><OutputPath>bin</OutputPath>
                <AppendTargetFrameworkToOutputPath>false</AppendTargetFrameworkToOutputPath><NoWarn>NU1603;NU1701;NU190*</NoWarn></PropertyGroup>
              <ItemGroup>{string.Concat(Decompiled.Select(p => (p.Id, p.Version)).Concat(Rivals).Select(p => $"<PackageReference Include=\"{p.Id}\" Version=\"{p.Version}\" />"))}</ItemGroup>
            </Project>
            """);
        if (!File.Exists(Path.Combine(Binaries, "Packages.dll")))
            Run("dotnet", "build", project, "-nodeReuse:false", "-v", "q");
        if (!File.Exists(Decompiler))
            Run("dotnet", "tool", "install", "ilspycmd", "--version", DecompilerVersion, "--tool-path", Path.GetDirectoryName(Decompiler)!);
        foreach ((string id, _, string assembly) in Decompiled)
        {
            string target = Path.Combine(folder, "sources", assembly);
            if (Directory.Exists(target))
                continue;
            Console.Error.WriteLine($"decompiling {id}");
            Directory.CreateDirectory(target + ".new");
            Run(Decompiler, "-p", "-o", target + ".new", Path.Combine(Binaries, assembly + ".dll"));
            Repair(target + ".new");
            Directory.Move(target + ".new", target);
        }
    }

    public IEnumerable<SourceSet> Sets()
    {
        string[] references = [.. Directory.GetFiles(Binaries, "*.dll")];
        foreach ((_, _, string assembly) in Decompiled)
            yield return new SourceSet(assembly, Sources(Path.Combine(folder, "sources", assembly)), [.. references.Where(path => Path.GetFileNameWithoutExtension(path) != assembly && !path.EndsWith("Packages.dll"))]);
        string[] own = [.. new[] { "Faultline.Kernel", "Faultline.Libc", "Faultline.Tracing", "Faultline.Shim" }.SelectMany(project => Sources(Path.Combine(Repository(), "src", project))),
            .. Sources(Path.Combine(Repository(), "src", "Shared"))];
        string usings = Path.Combine(Output, "Usings.cs");
        File.WriteAllText(usings, string.Concat(new[] { "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks" }.Select(space => $"global using {space};\n")));
        yield return new SourceSet("this repository", [.. own, usings], []);
    }

    public IEnumerable<string> RivalAnalyzers()
        => Rivals.SelectMany(rival => Directory.GetFiles(Path.Combine(Packages, rival.Id.ToLowerInvariant(), rival.Version, "analyzers", "dotnet"), "*.dll", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/vb/", StringComparison.Ordinal) && !path.EndsWith("resources.dll", StringComparison.Ordinal) && !path.Contains("CodeFixes", StringComparison.Ordinal) && !path.Contains("VisualBasic", StringComparison.Ordinal));

    private static string[] Sources(string root) => [.. Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>A constant that the decompiler writes without the "unchecked" that C# wants.</summary>
    private static void Repair(string sources)
    {
        foreach (string file in Directory.GetFiles(sources, "*.cs", SearchOption.AllDirectories))
            if (File.ReadAllText(file) is var text && text.Contains("(nuint)(-70)", StringComparison.Ordinal))
                File.WriteAllText(file, text.Replace("(nuint)(-70)", "unchecked((nuint)(-70))", StringComparison.Ordinal));
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}{error.Result}");
    }
}
