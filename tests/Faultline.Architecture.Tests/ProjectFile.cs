using System.IO.Enumeration;
using System.Xml.Linq;
using Faultline.TestSupport;

namespace Faultline.Architecture.Tests;

/// <summary>What a project file says, read as text: the table must hold for what is written, whatever conditions would choose.</summary>
internal sealed class ProjectFile(string path)
{
    private readonly XDocument document = XDocument.Load(path);

    public string Path { get; } = path;

    public string Name { get; } = System.IO.Path.GetFileNameWithoutExtension(path);

    /// <summary>Full paths. A pattern that matches no project stays as it is, so that it is noticed.</summary>
    public IEnumerable<string> ProjectReferencePaths => Includes("ProjectReference").Where(include => !include.Contains("$("))
        .Select(include => System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, include.Replace('\\', '/'))))
        .SelectMany(Expand);

    public IEnumerable<string> ProjectReferences => ProjectReferencePaths.Select(reference => System.IO.Path.GetFileNameWithoutExtension(reference));

    public IEnumerable<string> PackageReferences => Includes("PackageReference");

    /// <summary>Sources of other folders that are compiled in.</summary>
    public IEnumerable<string> LinkedSources => Includes("Compile").Select(include => include.Replace('\\', '/')).Where(include => include.StartsWith("..", StringComparison.Ordinal));

    public static IEnumerable<ProjectFile> Below(string folder)
        => SourceTree.Files(folder).Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(file => new ProjectFile(Repository.Path(file)));

    private static IEnumerable<string> Expand(string pattern)
    {
        if (!pattern.Contains('*'))
            return [pattern];
        string[] matches = [.. Below("").Select(project => project.Path).Where(path => FileSystemName.MatchesSimpleExpression(pattern, path))];
        return matches.Length > 0 ? matches : [pattern];
    }

    private IEnumerable<string> Includes(string item) => document.Descendants(item).Select(element => element.Attribute("Include")?.Value).OfType<string>();
}
