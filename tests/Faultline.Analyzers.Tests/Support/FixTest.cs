using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace Faultline.Analyzers.Tests.Support;

/// <summary>Applies a code fix one by one and by FixAll, and compares what comes out; both must compile.</summary>
internal sealed class FixTest<TFix> : CSharpCodeFixTest<FaultlineAnalyzer, TFix, DefaultVerifier>
    where TFix : CodeFixProvider, new()
{
    private readonly string _id;

    private FixTest(string id)
    {
        _id = id;
        RuleTest.Prepare(this, id);
    }

    /// <param name="fixedSource">The same as the source where no fix may be offered.</param>
    /// <param name="action">Which of the actions offered is applied.</param>
    public static Task Run(string id, string source, string fixedSource, int action = 0)
    {
        FixTest<TFix> test = new(id) { TestCode = source, FixedCode = fixedSource, CodeActionIndex = action };
        test.TestState.Sources.Add(("/0/GlobalUsings.cs", Inspect.GlobalUsings));
        test.FixedState.Sources.Add(("/0/GlobalUsings.cs", Inspect.GlobalUsings));
        if (source == fixedSource)
        {
            test.FixedState.MarkupHandling = MarkupMode.Allow;
            test.CodeActionIndex = null;
            test.NumberOfIncrementalIterations = 0;
            test.NumberOfFixAllIterations = 0;
        }

        return test.RunAsync();
    }

    protected override DiagnosticDescriptor? GetDefaultDiagnostic(DiagnosticAnalyzer[] analyzers) => RuleTest.Descriptor(_id);
}
