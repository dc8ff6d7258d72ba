using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace Faultline.Analyzers.Tests.Support;

/// <summary>Tests of one rule on marked sources: [|here|] it must report, elsewhere it must not. The other rules are off.</summary>
internal static class RuleTest
{
    /// <summary>References are at hand in a package: nothing is downloaded.</summary>
    public static readonly ReferenceAssemblies Net100Assemblies = new("net10.0");

    public static Task Verify(string id, string source, params DiagnosticResult[] expected) => Create(id, source, expected).RunAsync();

    public static Task Verify(string id, string source, string editorConfig, params DiagnosticResult[] expected)
    {
        Test test = Create(id, source, expected);
        test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", "root = true\n[*.cs]\n" + editorConfig));
        return test.RunAsync();
    }

    /// <summary>A diagnostic at {|#0:…|} with its whole message.</summary>
    public static DiagnosticResult Message(string id, string message, int location = 0)
    {
        DiagnosticDescriptor descriptor = Descriptor(id);
        return new DiagnosticResult(descriptor).WithLocation(location).WithMessage(message);
    }

    public static DiagnosticDescriptor Descriptor(string id) => new FaultlineAnalyzer().SupportedDiagnostics.Single(d => d.Id == id);

    private static Test Create(string id, string source, DiagnosticResult[] expected)
    {
        Test test = new(id) { TestCode = source };
        test.TestState.Sources.Add(("/0/GlobalUsings.cs", Inspect.GlobalUsings));
        test.ExpectedDiagnostics.AddRange(expected);
        return test;
    }

    public static void Prepare(AnalyzerTest<DefaultVerifier> test, string id)
    {
        test.ReferenceAssemblies = Net100Assemblies;
        test.TestState.AdditionalReferences.AddRange(Net100.References.All);
        test.DisabledDiagnostics.AddRange(new FaultlineAnalyzer().SupportedDiagnostics.Select(d => d.Id).Where(other => other != id));
        test.SolutionTransforms.Add((solution, project) => solution
            .WithProjectCompilationOptions(project, ((CSharpCompilationOptions)solution.GetProject(project)!.CompilationOptions!).WithAllowUnsafe(true))
            .WithProjectParseOptions(project, new CSharpParseOptions(LanguageVersion.Latest)));
    }

    private sealed class Test : CSharpAnalyzerTest<FaultlineAnalyzer, DefaultVerifier>
    {
        private readonly string _id;

        public Test(string id)
        {
            _id = id;
            Prepare(this, id);
        }

        protected override DiagnosticDescriptor? GetDefaultDiagnostic(DiagnosticAnalyzer[] analyzers) => Descriptor(_id);
    }
}
