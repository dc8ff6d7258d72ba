// The one property that all depends on: whatever a program computes lies in the interval that the analysis has for it. Random programs
// are analysed and run; every value that a run passes to malloc is held against the interval of that call.

using System.Numerics;
using System.Reflection;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Analyzers.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Xunit.Abstractions;

namespace Faultline.Analyzers.Tests.Flow;

/// <summary>Seeds and counts are fixed: a failure shows the seed and the method.</summary>
public class SoundnessTests(ITestOutputHelper output)
{
    private const int Methods = 20;
    private const int Inputs = 60;
    private static readonly long[] Interesting = [0, 1, -1, 2, 7, 100, 255, 65535, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_value_lies_in_its_interval(int seed)
    {
        Random random = new(seed);
        ProgramGenerator generator = new(random);
        string[] methods = [.. Enumerable.Range(0, Methods).Select(i => generator.Method($"M{i}"))];
        Dictionary<int, Interval> intervals = Analyse(methods);
        MethodInfo[] compiled = Compile(methods, out Func<List<(int Site, long Value)>> taken);

        int checkedValues = 0;
        int informative = 0;
        for (int m = 0; m < Methods; m++)
            for (int input = 0; input < Inputs; input++)
            {
                Invoke(compiled[m], random);
                foreach ((int site, long value) in taken())
                {
                    Assert.True(intervals.TryGetValue(site, out Interval interval), $"seed {seed}, method {m}: malloc number {site} was reached, which the analysis holds for impossible\n{methods[m]}");
                    Assert.True(interval.Contains(new BigInteger(value)), $"seed {seed}, method {m}: malloc number {site} was given {value}, the analysis says {interval}\n{methods[m]}");
                    checkedValues++;
                    informative += interval.Low > long.MinValue || interval.High < long.MaxValue ? 1 : 0;
                }
            }

        output.WriteLine($"seed {seed}: {checkedValues} values at {intervals.Count} calls, {informative} of them against bounds narrower than the type");
        Assert.True(checkedValues > 500);
        Assert.True(informative > checkedValues / 4);
    }

    /// <summary>By the number of the call in the source: the interval of its argument.</summary>
    private static Dictionary<int, Interval> Analyse(string[] methods)
    {
        string source = "class P { [DllImport(\"libc\")] static extern nint malloc(nint size);\n" + string.Concat(methods) + "}";
        CSharpCompilation compilation = Inspect.Compile(new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary), [("P.cs", source)]);
        AllocationContext context = AllocationContext.Create(compilation)!;
        SyntaxTree tree = compilation.SyntaxTrees.First();
        SemanticModel model = compilation.GetSemanticModel(tree);
        int number = 0;
        Dictionary<SyntaxNode, int> numbers = tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(call => call.Expression.ToString() == "malloc").ToDictionary(call => (SyntaxNode)call, _ => number++);

        Dictionary<int, Interval> found = [];
        foreach (MethodDeclarationSyntax method in tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().Where(m => m.Body != null))
        {
            IMethodBodyOperation body = (IMethodBodyOperation)model.GetOperation(method)!;
            foreach (KeyValuePair<SyntaxNode, Interval[]> call in SizeFlow.Solve(GraphForest.Create(body)!, new VariableUses(body, context), model.GetDeclaredSymbol(method)!, context, []).Arguments)
                found.Add(numbers[call.Key], call.Value[0]);
        }

        return found;
    }

    /// <summary>The same methods, with a malloc that notes its argument and the number of the call.</summary>
    private static MethodInfo[] Compile(string[] methods, out Func<List<(int, long)>> taken)
    {
        int number = 0;
        string numbered = string.Join($"malloc(", string.Concat(methods).Split("malloc(").SelectMany((part, i) => new[] { i == 0 ? part : $"{number++}, " + part }));
        Type program = Emit.Load(
            "public static class P { public static List<(int, long)> Taken = []; static void malloc(int site, nint size) => Taken.Add((site, size));\n"
            + numbered.Replace("static void M", "public static void M") + "}").GetType("P")!;
        FieldInfo field = program.GetField("Taken")!;
        taken = () =>
        {
            var values = (List<(int, long)>)field.GetValue(null)!;
            List<(int, long)> copy = [.. values];
            values.Clear();
            return copy;
        };
        return [.. Enumerable.Range(0, methods.Length).Select(i => program.GetMethod($"M{i}")!)];
    }

    private static void Invoke(MethodInfo method, Random random)
    {
        object[] arguments = [(int)Pick(random), (uint)Pick(random), Pick(random), (nuint)(ulong)Pick(random), (byte)Pick(random), (ushort)Pick(random), (sbyte)Pick(random)];
        try
        {
            method.Invoke(null, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is DivideByZeroException or OverflowException or InvalidOperationException)
        {
            // The method ended there; what it had passed to malloc until then counts.
        }
    }

    private static long Pick(Random random) => unchecked(random.Next(3) switch
    {
        0 => Interesting[random.Next(Interesting.Length)],
        1 => random.Next(-300, 300),
        _ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
    });
}
