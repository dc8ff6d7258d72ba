using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.Weaver.Tests.Support;

internal sealed record CompileOptions
{
    public bool IsLibrary { get; init; }

    public bool Optimize { get; init; } = true;

    public DebugInformationFormat? Symbols { get; init; } = DebugInformationFormat.PortablePdb;

    /// <summary>Name of the source file, as it is to stand in the symbols.</summary>
    public string SourcePath { get; init; } = "/src/Program.cs";

    /// <summary>Public key of a delay-signed assembly.</summary>
    public byte[]? PublicKey { get; init; }

    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Runs the LibraryImport generator of the SDK.</summary>
    public bool LibraryImports { get; init; }
}

/// <summary>Compiles C# into a folder, with the SDK's reference assemblies.</summary>
internal static class Compiler
{
    public static string Compile(string name, string folder, CompileOptions options, string source)
    {
        CSharpParseOptions parse = new(LanguageVersion.Latest);
        SyntaxTree tree = CSharpSyntaxTree.ParseText(SourceText.From(source, System.Text.Encoding.UTF8), parse, options.SourcePath);
        CSharpCompilationOptions compile = new(
            options.IsLibrary ? OutputKind.DynamicallyLinkedLibrary : OutputKind.ConsoleApplication,
            optimizationLevel: options.Optimize ? OptimizationLevel.Release : OptimizationLevel.Debug, allowUnsafe: true, deterministic: true,
            delaySign: options.PublicKey is null ? null : true, cryptoPublicKey: options.PublicKey is { } key ? [.. key] : default);
        Compilation compilation = CSharpCompilation.Create(
            name, [tree], [.. Net100.References.All, .. options.References.Select(path => MetadataReference.CreateFromFile(path))], compile);
        if (options.LibraryImports)
            compilation = RunLibraryImportGenerator(compilation, parse);

        string path = Path.Combine(folder, name + ".dll");
        using FileStream output = File.Create(path);
        using FileStream? symbols = options.Symbols == DebugInformationFormat.PortablePdb ? File.Create(Path.ChangeExtension(path, ".pdb")) : null;
        EmitResult result = compilation.Emit(output, symbols, options: options.Symbols is { } format ? new EmitOptions(debugInformationFormat: format) : null);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        return path;
    }

    private static Compilation RunLibraryImportGenerator(Compilation compilation, CSharpParseOptions parse)
    {
        string packs = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref");
        string generators = Path.Combine(Directory.GetDirectories(packs).Order().Last(), "analyzers", "dotnet", "cs");
        AnalyzerFileReference reference = new(Path.Combine(generators, "Microsoft.Interop.LibraryImportGenerator.dll"), new Loader(generators));
        GeneratorDriver driver = CSharpGeneratorDriver.Create(reference.GetGenerators(LanguageNames.CSharp), parseOptions: parse);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation generated, out _);
        Assert.True(generated.SyntaxTrees.Count() > 1, "the LibraryImport generator of the SDK did not run");
        return generated;
    }

    private sealed class Loader(string folder) : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public System.Reflection.Assembly LoadFromPath(string fullPath)
        {
            AppDomain.CurrentDomain.AssemblyResolve += (_, name) =>
            {
                string path = Path.Combine(folder, new System.Reflection.AssemblyName(name.Name).Name + ".dll");
                return File.Exists(path) ? System.Reflection.Assembly.LoadFrom(path) : null;
            };
            return System.Reflection.Assembly.LoadFrom(fullPath);
        }
    }
}
