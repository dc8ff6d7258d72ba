using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>A project's sources and, for those that want it, what they compile to; null if the project file cannot be read.</summary>
internal sealed record SurveyedProject(string[] Files, Func<CSharpCompilation?> Compile);

/// <summary>
/// The C# projects below a folder, compiled against .NET and each other. Packages are not fetched: what they declare is an error in the
/// compilation, which the rules have to bear, as they do in an editor.
/// </summary>
internal sealed partial class SurveyedProjects(string folder)
{
    private static readonly string[] s_usings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks"];
    private static readonly string[] s_symbols = ["TRACE", "RELEASE", "NET", "NETCOREAPP", "NETSTANDARD2_0_OR_GREATER", "NETSTANDARD2_1_OR_GREATER", "NET10_0",
        .. new[] { "NETCOREAPP3_0", "NETCOREAPP3_1", "NET5_0", "NET6_0", "NET7_0", "NET8_0", "NET9_0", "NET10_0" }.Select(version => version + "_OR_GREATER")];

    private static readonly Lazy<MetadataReference[]> s_framework = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == Path.GetDirectoryName(typeof(object).Assembly.Location)).Select(path => MetadataReference.CreateFromFile(path))]);

    private readonly Dictionary<string, CSharpCompilation?> _compiled = [];

    /// <summary>The sources below the folder, project by project; those that lie in no project's folder are one more.</summary>
    public IEnumerable<SurveyedProject> All()
    {
        string[] projects = [.. Directory.GetFiles(folder, "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        string[] homes = [.. projects.Select(project => Path.GetDirectoryName(project)!).Distinct()];
        string[] others = homes.Contains(folder) ? [] : [.. Sources(folder, homes)];
        return projects.Select(project => new SurveyedProject([.. Sources(Path.GetDirectoryName(project)!, homes)], () => Compile(project, homes)))
            .Append(new SurveyedProject(others, () => Create(Path.GetFileName(folder), others, s_symbols, [])))
            .Where(project => project.Files.Length > 0);
    }

    private CSharpCompilation? Compile(string project, string[] homes)
    {
        if (_compiled.TryGetValue(project, out CSharpCompilation? known))
            return known;
        _compiled[project] = null; // a project that refers to itself by a detour
        XElement root;
        try
        {
            root = XDocument.Load(project).Root!;
        }
        catch (System.Xml.XmlException e)
        {
            Console.Error.WriteLine($"{project} is left out, it cannot be read: {e.Message}");
            return null;
        }

        string home = Path.GetDirectoryName(project)!;
        string Resolve(string path) => Path.GetFullPath(Path.Combine(home, path.Replace('\\', '/').Replace("$(MSBuildThisFileDirectory)", home + "/", StringComparison.Ordinal)));
        IEnumerable<string> Included(string element) => root.Descendants().Where(e => e.Name.LocalName == element).Select(e => (string?)e.Attribute("Include")).OfType<string>();
        string[] symbols = [.. root.Descendants().Where(e => e.Name.LocalName == "DefineConstants").SelectMany(e => e.Value.Split(';', ',')).Select(s => s.Trim()).Where(s => Symbol().IsMatch(s))];
        CSharpCompilation[] references = [.. Included("ProjectReference").Select(Resolve).Where(File.Exists).Select(path => Compile(path, homes)).OfType<CSharpCompilation>()];
        IEnumerable<string> linked = Included("Compile").Where(path => !path.Contains('*', StringComparison.Ordinal) && path.Contains("..", StringComparison.Ordinal)).Select(Resolve).Where(File.Exists);
        string name = root.Descendants().FirstOrDefault(e => e.Name.LocalName == "AssemblyName")?.Value is { } given && !given.Contains('$', StringComparison.Ordinal) ? given : Path.GetFileNameWithoutExtension(project);
        return _compiled[project] = Create(name, [.. Sources(home, homes), .. linked], [.. s_symbols, .. symbols], [.. references.SelectMany(r => r.References.OfType<CompilationReference>().Append(r.ToMetadataReference())).DistinctBy(r => r.Compilation.AssemblyName)]);
    }

    private static CSharpCompilation Create(string name, IEnumerable<string> files, string[] symbols, MetadataReference[] references)
    {
        CSharpParseOptions parse = new(LanguageVersion.Preview, preprocessorSymbols: symbols);
        string usings = string.Concat(s_usings.Select(space => $"global using {space};\n"));
        IEnumerable<SyntaxTree> trees = files.Distinct().Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), parse, path)).Prepend(CSharpSyntaxTree.ParseText(usings, parse));
        return CSharpCompilation.Create(name, trees, [.. s_framework.Value, .. references], new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }

    private static IEnumerable<string> Sources(string home, string[] homes)
    {
        string[] others = [.. homes.Where(other => other.Length > home.Length && other.StartsWith(home + "/", StringComparison.Ordinal)).Select(other => other + "/")];
        return Directory.GetFiles(home, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal) && !others.Any(other => path.StartsWith(other, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^\w+$")]
    private static partial Regex Symbol();
}
