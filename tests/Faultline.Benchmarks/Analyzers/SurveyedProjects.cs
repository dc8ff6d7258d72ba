using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>A project's sources and, for those that want it, what they compile to; null if the project file cannot be read.</summary>
internal sealed record SurveyedProject(string[] Files, Func<CSharpCompilation?> Compile);

/// <summary>
/// The C# projects below a folder, compiled against .NET and each other. Packages are not fetched: what they declare is an error in the
/// compilation, which the rules have to bear, as they do in an editor.
/// </summary>
internal sealed class SurveyedProjects(string folder)
{
    private static readonly string[] s_usings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks"];
    private static readonly string[] s_symbols = ["TRACE", "RELEASE", "NET", "NETCOREAPP", "NETSTANDARD2_0_OR_GREATER", "NETSTANDARD2_1_OR_GREATER", "NET10_0",
        .. new[] { "NETCOREAPP3_0", "NETCOREAPP3_1", "NET5_0", "NET6_0", "NET7_0", "NET8_0", "NET9_0", "NET10_0" }.Select(version => version + "_OR_GREATER")];

    private static readonly Lazy<MetadataReference[]> s_framework = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == Path.GetDirectoryName(typeof(object).Assembly.Location)).Select(path => MetadataReference.CreateFromFile(path))]);

    private readonly Dictionary<string, CSharpCompilation?> _compiled = [];
    private readonly Dictionary<string, ProjectFile?> _files = [];

    /// <summary>The sources below the folder, project by project; those that no project compiles are one more.</summary>
    public IEnumerable<SurveyedProject> All()
    {
        string[] projects = [.. Directory.GetFiles(folder, "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        string[] homes = [.. projects.Select(project => Path.GetDirectoryName(project)!).Distinct()];
        ProjectFile[] read = [.. projects.Select(ReadProject).OfType<ProjectFile>()];
        string[] others = homes.Contains(folder) ? [] : [.. Below(folder, homes).Except(read.SelectMany(project => project.Linked))];
        return projects.Select(project => new SurveyedProject([.. Sources(project, homes)], () => Compile(project, homes)))
            .Append(new SurveyedProject(others, () => Create(Path.GetFileName(folder), others, s_symbols, [], [])))
            .Where(project => project.Files.Length > 0);
    }

    private CSharpCompilation? Compile(string project, string[] homes)
    {
        if (_compiled.TryGetValue(project, out CSharpCompilation? known))
            return known;
        _compiled[project] = null; // a project that refers to itself by a detour
        if (ReadProject(project) is not { } file)
            return null;
        CSharpCompilation[] references = [.. file.References.Select(path => Compile(path, homes)).OfType<CSharpCompilation>()];
        return _compiled[project] = Create(file.AssemblyName, Sources(project, homes), [.. s_symbols, .. file.Symbols], file.Usings,
            [.. references.SelectMany(r => r.References.OfType<CompilationReference>().Append(r.ToMetadataReference())).DistinctBy(r => r.Compilation.AssemblyName)]);
    }

    private ProjectFile? ReadProject(string project)
    {
        if (!_files.TryGetValue(project, out ProjectFile? file))
            _files.Add(project, file = ProjectFile.Read(project, folder));
        return file;
    }

    private static CSharpCompilation Create(string name, IEnumerable<string> files, string[] symbols, IEnumerable<string> usings, MetadataReference[] references)
    {
        CSharpParseOptions parse = new(LanguageVersion.Preview, preprocessorSymbols: symbols);
        string global = string.Concat(s_usings.Union(usings).Select(space => $"global using {space};\n"));
        IEnumerable<SyntaxTree> trees = files.Distinct().Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), parse, path)).Prepend(CSharpSyntaxTree.ParseText(global, parse));
        return CSharpCompilation.Create(name, trees, [.. s_framework.Value, .. references], new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }

    /// <summary>What a project compiles: the sources of its folder, but for those of projects below, and what it links.</summary>
    private IEnumerable<string> Sources(string project, string[] homes)
        => Below(Path.GetDirectoryName(project)!, homes).Concat(ReadProject(project)?.Linked ?? []);

    private static IEnumerable<string> Below(string home, string[] homes)
    {
        string[] others = [.. homes.Where(other => other.Length > home.Length && other.StartsWith(home + "/", StringComparison.Ordinal)).Select(other => other + "/")];
        return Directory.GetFiles(home, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal) && !others.Any(other => path.StartsWith(other, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal);
    }
}
