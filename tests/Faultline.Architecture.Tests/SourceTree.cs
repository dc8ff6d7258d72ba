using Faultline.TestSupport;

namespace Faultline.Architecture.Tests;

/// <summary>The repository's own files, without what builds and tests leave behind. Paths are relative to the root, with '/'.</summary>
internal static class SourceTree
{
    private static readonly string[] Skipped = ["bin", "obj", ".git", ".vs", ".idea", "TestResults", "BenchmarkDotNet.Artifacts"];

    public static IEnumerable<string> Files(string folder = "") => Walk(new DirectoryInfo(Repository.Path(folder))).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Walk(DirectoryInfo folder)
    {
        foreach (FileInfo file in folder.EnumerateFiles())
            yield return Path.GetRelativePath(Repository.Root, file.FullName);
        foreach (DirectoryInfo inner in folder.EnumerateDirectories().Where(inner => !Skipped.Contains(inner.Name) && inner.LinkTarget is null))
            foreach (string file in Walk(inner))
                yield return file;
    }
}
