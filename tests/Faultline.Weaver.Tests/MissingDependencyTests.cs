using Faultline.Weaver.Tests.Support;

namespace Faultline.Weaver.Tests;

/// <summary>An application need not ship every assembly that its own refer to.</summary>
public class MissingDependencyTests
{
    /// <summary>The rewriter's library looks enums up to write constants of them; an optional dependency need not be there.</summary>
    [Fact]
    public void An_enum_of_an_assembly_that_is_not_there_does_not_matter()
    {
        string folder = TemporaryFolder.Create("app");
        string library = Compiler.Compile("Optional", folder, new CompileOptions { IsLibrary = true },
            "public enum Color : byte { Red, Green } public enum Wide : long { A, B = 1L << 40 } public enum Unseen { A }");
        TestApplication app = TestApplication.Compile("""
            Marshal.FreeHGlobal(Marshal.AllocHGlobal(1)); // routed 2
            foreach (MethodInfo method in typeof(Holder).GetMethods(BindingFlags.Static | BindingFlags.Public))
                Console.WriteLine(method.Name);

            class Holder
            {
                public const int Plain = 3;
                private const Wide Constant = Wide.B;
                private static void Paint(Color color = Color.Green, Color? other = Color.Red, Unseen unseen = default) => Console.WriteLine(Constant);
            }
            """, new CompileOptions { References = [library] }, folder);
        File.Delete(library);
        RoutedRun run = app.RunBoth();
        Assert.Empty(run.Plan.Summary.NotRouted);
    }
}
