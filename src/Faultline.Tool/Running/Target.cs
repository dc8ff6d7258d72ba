using Faultline.Tool.Building;

namespace Faultline.Tool.Running;

/// <summary>Turns what the user named into the application to start: projects are built, the rest is taken as it is.</summary>
internal static class Target
{
    private static readonly string[] s_projects = [".csproj", ".fsproj", ".vbproj"];
    private static readonly string[] s_solutions = [".sln", ".slnx", ".slnf"];

    /// <summary>Path of an app.dll or an executable. Throws <see cref="UsageException"/>.</summary>
    public static string Resolve(string target, Progress progress)
    {
        if (Directory.Exists(target))
            return ProjectBuild.Build(ProjectIn(target), progress);
        if (!File.Exists(target))
            throw new UsageException(Missing(target));
        string extension = Path.GetExtension(target).ToLowerInvariant();
        if (s_solutions.Contains(extension))
            throw new UsageException($"{target} is a solution: give the project of the application");
        if (extension == ".cs")
            throw new UsageException($"{target} is a source file: give its project, or 'dotnet build {target}' and give the app.dll");
        return s_projects.Contains(extension) ? ProjectBuild.Build(target, progress) : target;
    }

    private static string ProjectIn(string folder)
    {
        string[] projects = [.. Directory.EnumerateFiles(folder)
            .Where(f => s_projects.Contains(Path.GetExtension(f).ToLowerInvariant()))
            .Order(StringComparer.Ordinal)];
        return projects.Length switch
        {
            1 => projects[0],
            0 => throw new UsageException($"{folder} has no project file: give a project folder, a .csproj, an app.dll or an executable"),
            _ => throw new UsageException(
                $"{folder} has {projects.Length} project files ({string.Join(", ", projects.Select(Path.GetFileName))}): give one of them"),
        };
    }

    private static string Missing(string target) => target == "dotnet"
        ? "give the application itself, without 'dotnet' before it: faultline run app.dll"
        : $"no such file or folder: {target}";
}
