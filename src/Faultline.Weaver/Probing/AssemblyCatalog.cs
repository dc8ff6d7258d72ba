using Faultline.Weaver.Applications;
using Faultline.Weaver.Shadow;

namespace Faultline.Weaver.Probing;

/// <summary>An assembly that the host may load, with its path relative to the application's folder.</summary>
internal sealed record CatalogEntry(string RelativePath, AssemblyFacts Facts);

/// <summary>
/// The assemblies of an application. <see cref="Listed"/> are those that the host puts on the trusted list: the ones that deps.json
/// names, or all of the folder without it. <see cref="Unlisted"/> lie around: plugins, or left over from an earlier build.
/// </summary>
internal sealed class AssemblyCatalog
{
    private const int MaxPluginDepth = 3;
    private const int MaxUnlisted = 400;

    private AssemblyCatalog(List<CatalogEntry> listed, List<CatalogEntry> unlisted, List<string> missing)
        => (Listed, Unlisted, Missing) = (listed, unlisted, missing);

    public IReadOnlyList<CatalogEntry> Listed { get; }

    public IReadOnlyList<CatalogEntry> Unlisted { get; }

    /// <summary>Named by deps.json and not in the folder: the host looks for them in the machine's package folders.</summary>
    public IReadOnlyList<string> Missing { get; }

    public static AssemblyCatalog Read(Application application)
    {
        List<CatalogEntry> listed = [], unlisted = [];
        List<string> missing = [];
        HashSet<string> runtime = application.Dependencies is { } file ? [.. file.RuntimeFiles()] : [];
        foreach (string relative in ListedPaths(application).Distinct())
        {
            string path = Path.Combine(application.Folder, relative);
            if (!File.Exists(path))
                missing.Add(relative);
            else if (!runtime.Contains(relative) && AssemblyProbe.Read(path) is { Kind: not AssemblyKind.Native } facts)
                listed.Add(new CatalogEntry(relative, facts));
        }

        HashSet<string> known = [.. listed.Select(entry => Path.GetFileName(entry.RelativePath)), .. runtime];
        foreach (string relative in OtherPaths(application.Folder, known).Take(MaxUnlisted))
            if (AssemblyProbe.Read(Path.Combine(application.Folder, relative)) is { Kind: not AssemblyKind.Native } facts)
                unlisted.Add(new CatalogEntry(relative, facts));
        return new AssemblyCatalog(listed, unlisted, missing);
    }

    private static IEnumerable<string> ListedPaths(Application application)
    {
        IEnumerable<string> paths = application.Dependencies is { } file
            ? file.Assemblies()
            : Directory.EnumerateFiles(application.Folder, "*.dll").Select(path => Path.GetFileName(path));
        string main = Path.GetFileName(application.MainAssembly);
        return paths.Where(path => path != main && !IsShim(path)).Order(StringComparer.Ordinal).Append(main);
    }

    private static bool IsShim(string path) => ShadowFolder.ShimAssemblies.Contains(Path.GetFileNameWithoutExtension(path));

    /// <summary>Satellite assemblies hold no code, and a folder with a copy of a known assembly is another build of the same application.</summary>
    private static IEnumerable<string> OtherPaths(string folder, HashSet<string> known)
    {
        EnumerationOptions nearby = new() { RecurseSubdirectories = true, MaxRecursionDepth = MaxPluginDepth, AttributesToSkip = FileAttributes.ReparsePoint };
        return Directory.EnumerateFiles(folder, "*.dll", nearby)
            .Select(path => Path.GetRelativePath(folder, path))
            .Where(path => !known.Contains(Path.GetFileName(path)) && !path.EndsWith(".resources.dll", StringComparison.Ordinal) && !IsShim(path)
                && !path.StartsWith("runtimes/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }
}
