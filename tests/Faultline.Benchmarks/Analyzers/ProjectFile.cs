// What a project file says of its sources, as far as that can be read without MSBuild: other people's projects import SDKs and packages
// that are not here, and MSBuild refuses them as a whole. Files that the project imports and the Directory.Build files above it count as
// the project's own lines; conditions are taken to hold, so that the sources of all platforms are seen.

using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>The items and properties of a project that decide what its compilation sees.</summary>
internal sealed partial class ProjectFile
{
    private readonly string _project;
    private readonly HashSet<string> _read = [];
    private readonly List<(string Path, XElement Root)> _parts = [];
    private readonly Dictionary<string, string> _properties = new(StringComparer.OrdinalIgnoreCase);

    private ProjectFile(string project) => _project = project;

    public string AssemblyName => _properties.TryGetValue("AssemblyName", out string? given) && !given.Contains('$', StringComparison.Ordinal) ? given : Path.GetFileNameWithoutExtension(_project);

    /// <summary>The symbols that any configuration or framework of the project defines.</summary>
    public IEnumerable<string> Symbols => Elements("DefineConstants").SelectMany(e => e.Element.Value.Split(';', ',')).Select(symbol => symbol.Trim()).Where(symbol => Symbol().IsMatch(symbol));

    /// <summary>The namespaces of its Using items; aliases and static ones are left out.</summary>
    public IEnumerable<string> Usings => Elements("Using").Where(e => e.Element.Attribute("Alias") == null && e.Element.Attribute("Static") == null)
        .Select(e => (string?)e.Element.Attribute("Include")).OfType<string>().Where(space => Namespace().IsMatch(space));

    public IEnumerable<string> References => Included("ProjectReference").Where(File.Exists);

    /// <summary>The source files that it compiles from elsewhere.</summary>
    public IEnumerable<string> Linked => Included("Compile").Where(path => !path.StartsWith(Path.GetDirectoryName(_project) + "/", StringComparison.Ordinal)).SelectMany(Expand);

    /// <summary>Null for a file that is no XML.</summary>
    /// <param name="project">The project's path.</param>
    /// <param name="top">The folder above which no Directory.Build file is looked for.</param>
    public static ProjectFile? Read(string project, string top)
    {
        ProjectFile file = new(project);
        List<string> above = [];
        for (string? folder = Path.GetDirectoryName(project); folder != null && folder.StartsWith(top, StringComparison.Ordinal); folder = Path.GetDirectoryName(folder))
            above.Add(folder);
        foreach (string folder in above.AsEnumerable().Reverse())
            file.Add(Path.Combine(folder, "Directory.Build.props"));
        bool isRead = file.Add(project);
        foreach (string folder in above.AsEnumerable().Reverse())
            file.Add(Path.Combine(folder, "Directory.Build.targets"));
        return isRead ? file : null;
    }

    private bool Add(string path)
    {
        if (!File.Exists(path) || !_read.Add(path))
            return false;
        XElement root;
        try
        {
            root = XDocument.Load(path).Root!;
        }
        catch (XmlException e)
        {
            Console.Error.WriteLine($"{path} is left out, it cannot be read: {e.Message}");
            return false;
        }

        _parts.Add((path, root));
        foreach (XElement element in root.Descendants())
        {
            if (element.Name.LocalName == "Import" && (string?)element.Attribute("Project") is { } imported && Resolve(imported, path) is { } there)
                Add(there);
            else if (element.Parent?.Name.LocalName == "PropertyGroup" && !element.HasElements)
                _properties[element.Name.LocalName] = Substitute(element.Value.Trim(), path);
        }

        return true;
    }

    private IEnumerable<(string Path, XElement Element)> Elements(string name)
        => _parts.SelectMany(part => part.Root.Descendants().Where(e => e.Name.LocalName == name).Select(e => (part.Path, e)));

    private IEnumerable<string> Included(string item) => Elements(item)
        .SelectMany(e => ((string?)e.Element.Attribute("Include") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(path => Resolve(path.Trim(), e.Path))).OfType<string>();

    /// <summary>Null where a property in it is not known. Items are relative to the project, imports to the file that imports.</summary>
    private string? Resolve(string path, string from)
    {
        string known = Substitute(path, from).Replace('\\', '/');
        string home = Path.GetExtension(known) is ".props" or ".targets" or ".projitems" ? from : _project;
        return known.Contains("$(", StringComparison.Ordinal) ? null : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(home)!, known));
    }

    private string Substitute(string text, string from) => Property().Replace(text, match => match.Groups[1].Value switch
    {
        "MSBuildThisFileDirectory" => Path.GetDirectoryName(from) + "/",
        "MSBuildProjectDirectory" => Path.GetDirectoryName(_project)!,
        "MSBuildProjectName" => Path.GetFileNameWithoutExtension(_project),
        var name => _properties.TryGetValue(name, out string? value) ? value : match.Value,
    });

    private static IEnumerable<string> Expand(string path)
    {
        int star = path.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
            return File.Exists(path) && path.EndsWith(".cs", StringComparison.Ordinal) ? [path] : [];
        string folder = path[..path.LastIndexOf('/', star)];
        SearchOption depth = path.Contains("**", StringComparison.Ordinal) ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        string pattern = Path.GetFileName(path);
        return Directory.Exists(folder) && pattern.EndsWith(".cs", StringComparison.Ordinal) ? Directory.GetFiles(folder, pattern, depth).Order(StringComparer.Ordinal) : [];
    }

    [GeneratedRegex(@"^\w+$")]
    private static partial Regex Symbol();

    [GeneratedRegex(@"^[\w.]+$")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\$\((\w+)\)")]
    private static partial Regex Property();
}
