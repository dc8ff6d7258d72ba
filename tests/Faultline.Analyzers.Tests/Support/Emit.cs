using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace Faultline.Analyzers.Tests.Support;

/// <summary>Compiles a source text and loads what comes out, for tests that compare the analysis with a run.</summary>
internal static class Emit
{
    public static Assembly Load(string source)
    {
        CSharpCompilation compilation = Inspect.Compile(
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release), [("Run.cs", source)])
            .WithAssemblyName("Run" + Guid.NewGuid().ToString("N"));
        using MemoryStream image = new();
        EmitResult result = compilation.Emit(image);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(10)));
        return Assembly.Load(image.ToArray());
    }
}
