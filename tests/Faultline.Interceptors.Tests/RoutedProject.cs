using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Basic.Reference.Assemblies;
using Faultline.Reporting;
using Faultline.Shim;
using Faultline.Tracing.Session;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.Interceptors.Tests;

/// <summary>A project that is compiled in memory with the generator and the analyzer, as the package's build files set it up.</summary>
internal sealed class RoutedProject
{
    private static readonly MetadataReference[] s_references =
    [
        .. Net100.References.All,
        .. new[] { typeof(CompiledRouting), typeof(SiteTable), typeof(OwnReport), typeof(Kernel.Machine), typeof(Libc.MallocTunables) }.Select(type => MetadataReference.CreateFromFile(type.Assembly.Location)),
    ];

    private readonly CSharpCompilation _written;
    private readonly AnalyzerOptions _options;

    public RoutedProject(string source, bool isRouted = true, bool allowsUnsafe = true, LanguageVersion language = LanguageVersion.Preview)
    {
        Parse = new CSharpParseOptions(language).WithFeatures([new("InterceptorsNamespaces", "Faultline.Generated")]);
        SyntaxTree[] trees =
        [
            CSharpSyntaxTree.ParseText(SourceText.From(source, System.Text.Encoding.UTF8), Parse, path: "Program.cs"),
            CSharpSyntaxTree.ParseText("namespace Faultline.Generated { internal static partial class Routing { internal static partial bool IsDoneByTheInterceptorGenerator(); } }", Parse, path: "FaultlineRouting.cs", encoding: System.Text.Encoding.UTF8),
        ];
        _written = CSharpCompilation.Create($"Routed{Guid.NewGuid():N}", trees, s_references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: allowsUnsafe, nullableContextOptions: NullableContextOptions.Enable));
        _options = new AnalyzerOptions([], new Settings(isRouted));
        Driver = CSharpGeneratorDriver.Create([new InterceptorGenerator().AsSourceGenerator()], optionsProvider: _options.AnalyzerConfigOptionsProvider, parseOptions: Parse,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        Driver = Driver.RunGeneratorsAndUpdateCompilation(_written, out Compilation compiled, out _);
        Compiled = compiled;
    }

    public CSharpParseOptions Parse { get; }

    public GeneratorDriver Driver { get; private set; }

    public Compilation Written => _written;

    public Compilation Compiled { get; }

    /// <summary>What the generator added; null where it added nothing.</summary>
    public string? Generated => Driver.GetRunResult().GeneratedTrees.SingleOrDefault()?.ToString();

    /// <summary>Messages of FLT1101, by line.</summary>
    public async Task<IReadOnlyList<(int Line, string Message)>> UnroutedAsync()
    {
        ImmutableArray<Diagnostic> found = await _written.WithAnalyzers([new UnroutedCallAnalyzer()], _options).GetAnalyzerDiagnosticsAsync();
        return [.. found.Select(d => (d.Location.GetLineSpan().StartLinePosition.Line + 1, d.GetMessage())).Order()];
    }

    /// <summary>Loads the compiled project into this process and lets it register its sites; throws where it does not compile.</summary>
    public Assembly Load()
    {
        using MemoryStream image = new();
        var result = Compiled.Emit(image);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;
        Assembly program = new AssemblyLoadContext(null).LoadFromStream(image);
        RuntimeHelpers.RunModuleConstructor(program.ManifestModule.ModuleHandle);
        return program;
    }

    private sealed class Settings(bool isRouted) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(isRouted);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;
    }

    private sealed class Options(bool isRouted) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, out string value)
        {
            value = isRouted ? "true" : "";
            return key == "build_property.FaultlineRouting";
        }
    }
}
