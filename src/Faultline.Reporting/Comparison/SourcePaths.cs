namespace Faultline.Reporting;

/// <summary>Paths of source files as they are written into files that travel: from a folder where that makes sense, with '/'.</summary>
public static class SourcePaths
{
    /// <summary>
    /// The path from a folder; as it is where it is not rooted (symbols of a deterministic build say /_/…, which is rooted and stays too if it
    /// shares no first folder with <paramref name="folder"/>).
    /// </summary>
    public static string From(string folder, string path)
    {
        if (!Path.IsPathRooted(path))
            return Slashed(path);
        string root = Path.GetFullPath(folder);
        return FirstFolder(root) == FirstFolder(path) ? Slashed(Path.GetRelativePath(root, path)) : Slashed(path);
    }

    /// <summary>The reverse, for a path that <see cref="From"/> made.</summary>
    public static string In(string folder, string path) => Path.IsPathRooted(path) ? path : Path.GetFullPath(Path.Combine(folder, path));

    private static string FirstFolder(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";

    private static string Slashed(string path) => path.Replace('\\', '/');
}
