using System.Diagnostics;

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
        ("DotNext.Unsafe", "6.12.0", "DotNext.Unsafe"),
        ("Microsoft.ML.CpuMath", "5.0.1", "Microsoft.ML.CpuMath"),
        ("NAudio.WinMM", "3.3.0", "NAudio.WinMM"),
        ("RocksDB", "11.12.0.7641", "RocksDbSharp"),
        ("SharpPcap", "6.3.1", "SharpPcap"),
        ("SkiaSharp", "4.155.0", "SkiaSharp"),
        ("BenchmarkDotNet", "0.15.8", "BenchmarkDotNet"),
    ];

    private static readonly (string Id, string Version)[] Rivals = [("Microsoft.CodeAnalysis.NetAnalyzers", "10.0.401"), ("IDisposableAnalyzers", "4.0.8")];

    public string Output => Path.Combine(folder, "out");

    public static string DotnetRoot { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));

    private string Binaries => Path.Combine(folder, "packages", "bin");

    private string Decompiler => Path.Combine(folder, "tools", "ilspycmd");

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

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
        if (Decompiled.Any(package => !File.Exists(Path.Combine(Binaries, package.Assembly + ".dll"))))
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

    public IEnumerable<SourceSet> Sets() => Decompiled.Select(package => Set(package.Assembly));

    /// <summary>Compiled against .NET and all the other packages, without source generators: what those have made is in the decompiled text.</summary>
    private SourceSet Set(string assembly)
    {
        string pack = Directory.GetDirectories(Path.Combine(DotnetRoot, "packs", "Microsoft.NETCore.App.Ref"), "10.0.*").Order(StringComparer.Ordinal).Last();
        string[] framework = Directory.GetFiles(Path.Combine(pack, "ref", "net10.0"), "*.dll");
        HashSet<string?> known = [.. framework.Select(Path.GetFileName), assembly + ".dll", "Packages.dll"];
        string root = Path.Combine(folder, "sources", assembly);
        return new SourceSet(assembly, root, Sources(root),
        [
            "/nostdlib", "/target:library", "/unsafe", "/langversion:latest", "/nowarn:1701,1702", "/define:TRACE,NET10_0,NET10_0_OR_GREATER",
            .. framework.Concat(Directory.GetFiles(Binaries, "*.dll").Where(path => !known.Contains(Path.GetFileName(path)))).Select(path => $"/reference:\"{path}\""),
        ]);
    }

    public IEnumerable<string> RivalAnalyzers()
        => Rivals.SelectMany(rival => Directory.GetFiles(Path.Combine(Packages, rival.Id.ToLowerInvariant(), rival.Version, "analyzers", "dotnet"), "*.dll", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/vb/", StringComparison.Ordinal) && !path.EndsWith("resources.dll", StringComparison.Ordinal) && !path.Contains("CodeFixes", StringComparison.Ordinal) && !path.Contains("VisualBasic", StringComparison.Ordinal));

    private static string[] Sources(string root) => [.. Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>A constant that the decompiler writes without the "unchecked" that C# wants, and an attribute that only compilers may write.</summary>
    private static void Repair(string sources)
    {
        foreach (string file in Directory.GetFiles(sources, "*.cs", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(file);
            string repaired = text.Replace("(nuint)(-70)", "unchecked((nuint)(-70))", StringComparison.Ordinal).Replace("[module: NullablePublicOnly(", "// [module: NullablePublicOnly(", StringComparison.Ordinal);
            if (repaired != text)
                File.WriteAllText(file, repaired);
        }
    }

    public static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}{error.Result}");
    }
}
