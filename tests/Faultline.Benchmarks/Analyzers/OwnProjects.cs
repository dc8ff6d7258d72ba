using System.Runtime.CompilerServices;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>This repository's projects under src, each with the arguments that its build gives to the compiler.</summary>
internal static class OwnProjects
{
    /// <summary>What is said of outputs and of how strict the build is, and what is set for the measurement.</summary>
    private static readonly string[] s_dropped =
        ["/noconfig", "/out:", "/refout:", "/pdb:", "/doc:", "/embed", "/debug", "/warnaserror", "/analyzerconfig:", "/utf8output", "/fullpaths", "/errorreport", "/parallel"];

    public static IEnumerable<SourceSet> In(Workshop workshop)
    {
        string folder = Path.Combine(workshop.Output, "own");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        WriteProjects(folder);
        Workshop.Run("dotnet", "msbuild", Path.Combine(folder, "Own.proj"), "-nologo", "-v:q", "-nodeReuse:false", "-m:1");
        return Directory.GetFiles(folder, "*.args").Order(StringComparer.Ordinal).Select(Read);
    }

    private static SourceSet Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        string[] files = [.. lines.Where(line => line.EndsWith(".cs", StringComparison.Ordinal) && !line.Contains(':', StringComparison.Ordinal))];
        string[] arguments = [.. lines.Skip(1).Where(line => line.StartsWith('/') && !files.Contains(line) && !s_dropped.Any(dropped => line.StartsWith(dropped, StringComparison.Ordinal)) && !IsAnalyzer(line))];
        string assembly = Path.GetFileName(lines.Single(line => line.StartsWith("/out:", StringComparison.Ordinal)));
        return new SourceSet(Path.GetFileNameWithoutExtension(path), lines[0], files, arguments) { Assembly = assembly };
    }

    /// <summary>Source generators come with the framework's references; everything else that the build runs would be measured with ours.</summary>
    private static bool IsAnalyzer(string line) => line.StartsWith("/analyzer:", StringComparison.Ordinal) && !line.Contains("/packs/", StringComparison.Ordinal);

    /// <summary>A project that makes each of ours tell its arguments; nothing is compiled, the references are those of the last build.</summary>
    private static void WriteProjects(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "After.targets"), $"""
            <Project>
              <Target Name="WriteCompilerArguments" DependsOnTargets="Compile">
                <WriteLinesToFile File="{folder}/$(MSBuildProjectName).args" Lines="$(MSBuildProjectDirectory);@(CscCommandLineArgs)" Overwrite="true" />
              </Target>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Own.proj"), $"""
            <Project DefaultTargets="Write">
              <ItemGroup><Own Include="{Repository()}/src/*/*.csproj" /></ItemGroup>
              <Target Name="Write">
                <MSBuild Projects="@(Own)" Targets="Restore" Properties="Configuration=Release;MSBuildRestoreSessionId=1" />
                <MSBuild Projects="@(Own)" Targets="WriteCompilerArguments"
                  Properties="Configuration=Release;BuildProjectReferences=false;SkipCompilerExecution=true;ProvideCommandLineArgs=true;NonExistentFile=none;CustomAfterMicrosoftCommonTargets={folder}/After.targets" />
              </Target>
            </Project>
            """);
    }

    private static string Repository([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}
