using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Faultline.Interceptors.Tests;

/// <summary>When the generator adds what, and that it does no work twice.</summary>
public class GeneratorTests
{
    private const string Safe = """
        using System.Runtime.InteropServices;
        public static class Program
        {
            public static void Run()
            {
                Marshal.FreeHGlobal(Marshal.AllocHGlobal(5));
                C.free(C.malloc(6));
                C.posix_memalign(out nint block, 64, 7);
                C.free(block);
            }
        }
        internal static class C
        {
            [DllImport("libc")] public static extern nint malloc(nint size);
            [DllImport("libc")] public static extern void free(nint block);
            [DllImport("libc")] public static extern int posix_memalign(out nint block, nuint alignment, nuint size);
        }
        """;

    [Fact]
    public void WhereRoutingIsOffNothingIsAdded() => Assert.Null(new RoutedProject(Safe, isRouted: false).Generated);

    [Fact]
    public void AProjectWithoutCallsIsRoutedTooAndHasNoSites()
    {
        RoutedProject project = new("public static class Program { public static void Run() { } }");
        Assert.Contains("IsDoneByTheInterceptorGenerator() => true", project.Generated);
        project.Load().GetType("Program")!.GetMethod("Run")!.Invoke(null, null);
    }

    [Fact]
    public void AProjectWithoutUnsafeCodeIsRouted()
    {
        RoutedProject project = new(Safe, allowsUnsafe: false);
        Assert.DoesNotContain("unsafe", project.Generated);
        System.Reflection.Assembly program = project.Load();
        using FaultlineSession session = FaultlineSession.Start();
        FaultlineMeasurement measured = session.Measure(() => program.GetType("Program")!.GetMethod("Run")!.Invoke(null, null));
        Assert.Equal((6, 3, 0), (measured.Sites.Count(site => site.Site.Assembly == program.GetName().Name), measured.Allocations, measured.Totals.LiveBlocks));
    }

    /// <summary>An edit in a file without calls makes nothing be written anew.</summary>
    [Fact]
    public void AnEditElsewhereCostsNothing()
    {
        RoutedProject project = new(Safe);
        SyntaxTree other = CSharpSyntaxTree.ParseText("class Other { int Of() => 1; }", project.Parse, path: "Other.cs");
        GeneratorDriver before = project.Driver.RunGenerators(project.Written.AddSyntaxTrees(other));
        SyntaxTree edited = CSharpSyntaxTree.ParseText("class Other { int Of() => 2 + 3; }", project.Parse, path: "Other.cs");
        GeneratorRunResult after = before.RunGenerators(project.Written.AddSyntaxTrees(edited)).GetRunResult().Results.Single();
        IEnumerable<IncrementalStepRunReason> reasons = after.TrackedOutputSteps.SelectMany(steps => steps.Value).SelectMany(step => step.Outputs).Select(output => output.Reason);
        Assert.All(reasons, reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }
}
