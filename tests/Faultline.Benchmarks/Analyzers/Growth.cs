using System.Text;
using Faultline.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Diagnostics.Telemetry;

namespace Faultline.Benchmarks.Analyzers;

/// <summary>The rules' time on one generated method of 100, 1,000 and 10,000 statements: it must grow no worse than linear × log.</summary>
internal static class Growth
{
    private const int Runs = 3;

    public static void Print()
    {
        Measure(100);
        Console.WriteLine($"{"statements",10} {"ms",9} {"µs / (n log n)",15}");
        foreach (int statements in new[] { 100, 1_000, 10_000 })
        {
            double milliseconds = Enumerable.Range(0, Runs).Min(_ => Measure(statements));
            Console.WriteLine($"{statements,10:N0} {milliseconds,9:F1} {1000 * milliseconds / (statements * Math.Log2(statements)),15:F3}");
        }

        Console.WriteLine();
    }

    private static double Measure(int statements)
    {
        FaultlineAnalyzer analyzer = new();
        MetadataReference[] references = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)).Select(path => MetadataReference.CreateFromFile(path))];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Grown", [CSharpSyntaxTree.ParseText(Source(statements))], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        CompilationWithAnalyzers analyzed = compilation.WithAnalyzers([analyzer], new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]), onAnalyzerException: (e, _, _) => throw e, concurrentAnalysis: false, logAnalyzerExecutionTime: true));
        AnalysisResult result = analyzed.GetAnalysisResultAsync(CancellationToken.None).GetAwaiter().GetResult();
        AnalyzerTelemetryInfo telemetry = result.AnalyzerTelemetryInfo[analyzer];
        return telemetry.ExecutionTime.TotalMilliseconds;
    }

    /// <summary>Groups of ten statements: blocks that are allocated, tested, used in branches and loops, and freed.</summary>
    private static string Source(int statements)
    {
        StringBuilder text = new("using System; using System.Runtime.InteropServices; unsafe class C { static void Use(void* p) { } static void M(int n, bool flag) { int sum = 0;\n");
        for (int i = 0; i < statements / 10; i++)
            text.Append(
                $$"""
                int size{{i}} = n % 100 + {{i}};
                byte* p{{i}} = (byte*)NativeMemory.Alloc((nuint)size{{i}});
                if (p{{i}} == null) throw new OutOfMemoryException();
                p{{i}}[0] = (byte)sum;
                for (int j = 0; j < size{{i}}; j++)
                    sum += p{{i}}[j];
                if (flag) { Use(p{{i}}); }
                sum += size{{i}} * 2;
                NativeMemory.Free(p{{i}});

                """);
        return text.Append("Console.WriteLine(sum); } }").ToString();
    }
}
