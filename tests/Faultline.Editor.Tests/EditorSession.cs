// What an editor does with a project: it has MSBuild say what is in it, with which analyzers and settings; keeps documents in memory;
// runs the analyzers over them; and asks the fixes what they offer for a diagnostic.

using System.Collections.Immutable;
using System.Composition;
using System.Reflection;
using Faultline.CodeFixes;
using Faultline.TestSupport;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.MSBuild;

namespace Faultline.Editor.Tests;

/// <summary>A project of this repository, opened.</summary>
public sealed class EditorSession : IAsyncLifetime
{
    private readonly MSBuildWorkspace _workspace = MSBuildWorkspace.Create(new Dictionary<string, string> { ["Configuration"] = Configuration });

    /// <summary>The configuration that the tests are built in: the analyzers of the other one may not be there.</summary>
    public static string Configuration => typeof(EditorSession).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    public Project Project { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Project = await _workspace.OpenProjectAsync(Repository.Path("samples", "ChurningReader", "ChurningReader.csproj"));
        Assert.DoesNotContain(_workspace.Diagnostics, problem => problem.Kind == WorkspaceDiagnosticKind.Failure);
    }

    public Task DisposeAsync()
    {
        _workspace.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>All fixes, found as an editor finds them: by their export.</summary>
    public static ImmutableArray<CodeFixProvider> Fixes { get; } =
        [.. typeof(RightDeallocatorFix).Assembly.GetTypes().Where(type => type.GetCustomAttribute<ExportCodeFixProviderAttribute>() != null && type.GetCustomAttribute<SharedAttribute>() != null)
            .Select(type => (CodeFixProvider)Activator.CreateInstance(type)!)];

    /// <summary>What the analyzers that MSBuild has named say about one document, and its compilation's errors.</summary>
    public static async Task<ImmutableArray<Diagnostic>> DiagnosticsOf(Document document)
    {
        Compilation compilation = (await document.Project.GetCompilationAsync())!;
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        ImmutableArray<DiagnosticAnalyzer> analyzers = [.. document.Project.AnalyzerReferences.SelectMany(reference => reference.GetAnalyzers(LanguageNames.CSharp))];
        ImmutableArray<Diagnostic> all = await compilation.WithAnalyzers(analyzers, document.Project.AnalyzerOptions).GetAnalyzerDiagnosticsAsync();
        SyntaxTree? tree = await document.GetSyntaxTreeAsync();
        return [.. all.Where(d => d.Location.SourceTree == tree && d.Id.StartsWith("FLT", StringComparison.Ordinal)).OrderBy(d => d.Location.SourceSpan.Start)];
    }

    /// <summary>What the light bulb shows for a diagnostic.</summary>
    public static async Task<List<CodeAction>> ActionsFor(CodeFixProvider fix, Document document, Diagnostic diagnostic)
    {
        List<CodeAction> actions = [];
        await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        return actions;
    }

    /// <summary>The document after an action, cleaned up as the editor does it.</summary>
    public static async Task<Document> Apply(CodeAction action, Document document)
    {
        ImmutableArray<CodeActionOperation> operations = await action.GetOperationsAsync(CancellationToken.None);
        return operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
    }
}
