namespace Faultline.Weaver.Shadow;

/// <summary>All that a launch plan needs but the arguments and the machine's dotnet: kept, so that a second start reads one file.</summary>
internal sealed record StoredPlan
{
    /// <summary>What was asked for: the path of the application, and the shim's folder.</summary>
    public required string Target { get; init; }

    public required string ShimFolder { get; init; }

    /// <summary>Everything that the copy was made from. The plan holds while each stamp is current.</summary>
    public required IReadOnlyList<FileStamp> Inputs { get; init; }

    /// <summary>Names of the assemblies and native libraries in the application's folder: one that comes or goes changes what the host loads.</summary>
    public required string CodeFileNames { get; init; }

    /// <summary>The application's own folder, and that of its copy.</summary>
    public required string OriginalFolder { get; init; }

    public required string CopyFolder { get; init; }

    /// <summary>The file in the copy that is started: an assembly, or the copy's own host where <see cref="RunsOwnHost"/>.</summary>
    public required string StartFile { get; init; }

    public required bool RunsOwnHost { get; init; }

    public required bool WithoutReadyToRun { get; init; }

    public required string BaseDirectory { get; init; }

    public required IReadOnlyList<WovenSite> Sites { get; init; }

    public required RoutingSummary Summary { get; init; }

    public bool IsFor(string target, string shimFolder) => Target == target && ShimFolder == shimFolder;

    public bool IsCurrent() => File.Exists(Path.Combine(CopyFolder, StartFile)) && Inputs.All(input => input.IsCurrent)
        && CodeFileNames == CodeFilesIn(OriginalFolder);

    public static string CodeFilesIn(string folder)
        => string.Join('\n', Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Where(Shadow.ShadowFolder.IsCode).Order(StringComparer.Ordinal));
}
