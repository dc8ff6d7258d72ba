using System.Text.Json;
using Faultline.Tool.Running;

namespace Faultline.Tool.Building;

/// <summary>
/// Builds a project in Release and finds what it makes. The project is evaluated first (under a second), so that
/// what cannot be run is refused before anything is built.
/// </summary>
internal static class ProjectBuild
{
    private const string Configuration = "Release";

    /// <summary>
    /// Answers the path of the application's assembly. Throws <see cref="UsageException"/>, with the compiler's errors on
    /// lines of their own.
    /// </summary>
    public static string Build(string project, Progress progress)
    {
        return progress.Step($"building {project} ({Configuration})", detail =>
        {
            string assembly = Evaluate(project);
            detail.Report(assembly);
            Compile(project);
            return File.Exists(assembly) ? assembly
                : throw new UsageException($"{project} was built, but {assembly} is not there: give the app.dll itself");
        });
    }

    private static void Compile(string project)
    {
        // Without node reuse no build process outlives this one and holds the caller's pipes open.
        DotnetResult build = Dotnet.Run(
            "build", project, "-c", Configuration, "-nologo", "-v:quiet", "-clp:NoSummary;ErrorsOnly", "-tl:off", "-nodeReuse:false");
        if (build.ExitCode != 0)
            throw new UsageException($"{project} does not build (dotnet build exit code {build.ExitCode}):\n{Errors(build)}");
    }

    private static string Evaluate(string project)
    {
        DotnetResult result = Dotnet.Run("msbuild", project, "-nologo", $"-p:Configuration={Configuration}",
            "-getProperty:TargetPath", "-getProperty:OutputType", "-getProperty:TargetFrameworks");
        if (result.ExitCode != 0)
            throw new UsageException($"{project} cannot be read (dotnet msbuild exit code {result.ExitCode}):\n{Errors(result)}");
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement properties = document.RootElement.GetProperty("Properties");
        string Property(string name) => properties.GetProperty(name).GetString() ?? "";

        if (Property("OutputType") is not ("Exe" or "WinExe"))
            throw new UsageException($"{project} makes a library: give the project of an application (OutputType Exe)");
        if (Property("TargetPath") is { Length: > 0 } path)
            return path;
        throw new UsageException(Property("TargetFrameworks") is { Length: > 0 } frameworks
            ? $"{project} targets several frameworks ({frameworks}): build it and give the app.dll of one of them"
            : $"{project} names no output: build it and give the app.dll");
    }

    private static string Errors(DotnetResult result)
    {
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] errors = [.. lines.Where(l => l.Contains(": error ", StringComparison.Ordinal)).Distinct()];
        return string.Join('\n', errors.Length > 0 ? errors : lines);
    }
}
