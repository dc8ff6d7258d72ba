// A project of a user, outside of this repository: two allocations, the rules from their file, and the package's build file that adds profiles.

using System.Diagnostics;
using System.Text.RegularExpressions;
using Faultline.TestSupport;

namespace Faultline.Editor.Tests;

/// <summary>The project's folder. <see cref="Run"/> runs its program under the tool, <see cref="Build"/> compiles it as users do.</summary>
internal sealed partial class MeasuredProject : IDisposable
{
    /// <summary>A leak of eight blocks on line 11, a block that is freed on line 12.</summary>
    public const string Source =
        """
        using System.Runtime.InteropServices;

        internal static unsafe class Program
        {
            private static nint s_last;

            private static void Main()
            {
                for (int i = 0; i < 8; i++)
                {
                    s_last = Marshal.AllocHGlobal(Environment.ProcessId > 0 ? 100 + i : 0);
                    byte* buffer = (byte*)NativeMemory.Alloc((nuint)(Environment.ProcessId > 0 ? 300_000 : 0));
                    buffer[i] = 1;
                    NativeMemory.Free(buffer);
                }
            }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-measured-").FullName;

    public MeasuredProject()
    {
        string rules = Repository.Path("src", "Faultline.Analyzers");
        File.WriteAllText(ProjectPath, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
              <ItemGroup>
                <Analyzer Include="{rules}/bin/{EditorSession.Configuration}/netstandard2.0/Faultline.Analyzers.dll" />
              </ItemGroup>
              <Import Project="{rules}/build/Faultline.Profiles.props" />
            </Project>
            """);
        File.WriteAllText(Path.Combine(_folder, ".editorconfig"), "root = true\n[*.cs]\ndotnet_diagnostic.FLT0002.severity = warning\ndotnet_diagnostic.FLT2001.severity = warning\n");
        File.WriteAllText(SourcePath, Source);
    }

    public string ProjectPath => Path.Combine(_folder, "Measured.csproj");

    public string ProfilePath => Path.Combine(_folder, "Measured.faultline.json");

    private string SourcePath => Path.Combine(_folder, "Program.cs");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>faultline run --profile, which builds it before.</summary>
    public void Run()
    {
        string tool = Repository.Path("src", "Faultline.Tool", "bin", EditorSession.Configuration, "net10.0", "faultline.dll");
        (int exitCode, string output) = Start(tool, "run", "--quiet", "--profile", _folder);
        Assert.True(exitCode == 0, output);
        Assert.True(File.Exists(ProfilePath), output);
    }

    /// <summary>Line and id of what the compiler of the SDK says about another source in the place of the first.</summary>
    public string[] Build(string source)
    {
        File.WriteAllText(SourcePath, source);
        (int exitCode, string output) = Start("build", ProjectPath, "--no-restore", "-c", "Release", "-v", "q", "-nologo", "-nodeReuse:false", "--no-incremental");
        Assert.True(exitCode == 0, output);
        return [.. Warning().Matches(output).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}").Distinct().OrderBy(line => int.Parse(line.Split(' ')[0])).ThenBy(line => line, StringComparer.Ordinal)];
    }

    private static (int ExitCode, string Output) Start(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    [GeneratedRegex(@"Program\.cs\((\d+),\d+\): warning (FLT\d+):")]
    private static partial Regex Warning();
}
