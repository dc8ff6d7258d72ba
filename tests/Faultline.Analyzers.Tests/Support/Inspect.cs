// Runs the analyzer over a source text without the testing packages: fast enough for tables of hundreds of expressions.

using System.Collections.Concurrent;
using System.Collections.Immutable;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Faultline.Analyzers.Tests.Support;

internal static class Inspect
{
    public const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Numerics;
        global using System.Runtime.CompilerServices;
        global using System.Runtime.InteropServices;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpCompilationOptions Options = new(
        OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);

    /// <summary>Compilations made from this one share its references, which take longer to read than any test's source.</summary>
    private static readonly CSharpCompilation s_bound = Compile(Options, []);

    /// <summary>The diagnostics with the given ids (all of ours if none is given), by position.</summary>
    public static ImmutableArray<Diagnostic> Source(string source, params string[] ids) => Source(source, NoSettings, ids);

    public static ImmutableArray<Diagnostic> Source(string source, IReadOnlyDictionary<string, string> settings, params string[] ids)
    {
        CSharpCompilation compilation = s_bound.AddSyntaxTrees(CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Preview), "Test.cs"));
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        return Run(compilation, new Settings(settings)).Where(d => ids.Length == 0 || ids.Contains(d.Id)).ToImmutableArray();
    }

    /// <summary>A library of several files, which must compile.</summary>
    public static CSharpCompilation Library(IEnumerable<(string Path, string Text)> files)
    {
        CSharpParseOptions parse = new(LanguageVersion.Preview);
        CSharpCompilation compilation = s_bound.AddSyntaxTrees(files.Select(file => CSharpSyntaxTree.ParseText(file.Text, parse, file.Path)));
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        return compilation;
    }

    public static CSharpCompilation Compile(CSharpCompilationOptions options, IEnumerable<(string Path, string Text)> files, params IEnumerable<MetadataReference> more)
    {
        CSharpParseOptions parse = new(LanguageVersion.Preview);
        IEnumerable<SyntaxTree> trees = files.Append(("GlobalUsings.cs", GlobalUsings))
            .Select(file => CSharpSyntaxTree.ParseText(file.Item2, parse, file.Item1));
        return CSharpCompilation.Create("Inspected", trees, [.. Net100.References.All, .. more], options);
    }

    /// <summary>Throws what an analyzer throws, instead of reporting it as AD0001.</summary>
    public static ImmutableArray<Diagnostic> Run(CSharpCompilation compilation, AnalyzerConfigOptionsProvider? settings = null, params ImmutableArray<AdditionalText> additional)
    {
        ConcurrentQueue<Exception> crashes = new();
        CompilationWithAnalyzersOptions options = new(
            new AnalyzerOptions(additional, settings ?? new Settings(NoSettings)), (e, _, _) => crashes.Enqueue(e), concurrentAnalysis: true, logAnalyzerExecutionTime: false);
        ImmutableArray<Diagnostic> found = new CompilationWithAnalyzers(compilation, [new FaultlineAnalyzer()], options)
            .GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();
        if (!crashes.IsEmpty)
            throw new AggregateException(crashes);
        return [.. found.OrderBy(d => d.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(d => d.Location.SourceSpan.Start).ThenBy(d => d.Id, StringComparer.Ordinal)];
    }

    public static ImmutableArray<Diagnostic> Run(CSharpCompilation compilation, IReadOnlyDictionary<string, string> settings) => Run(compilation, new Settings(settings));

    private static IReadOnlyDictionary<string, string> NoSettings { get; } = new Dictionary<string, string>();

    /// <summary>The same settings for every file.</summary>
    private sealed class Settings(IReadOnlyDictionary<string, string> values) : AnalyzerConfigOptionsProvider
    {
        private readonly AnalyzerConfigOptions _options = new FixedOptions(values);

        public override AnalyzerConfigOptions GlobalOptions => _options;

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => _options;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => _options;

        private sealed class FixedOptions(IReadOnlyDictionary<string, string> values) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
        }
    }
}
