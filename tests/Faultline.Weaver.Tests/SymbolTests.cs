using System.Security.Cryptography;
using Faultline.Weaver.Tests.Support;
using Microsoft.CodeAnalysis.Emit;
using Mono.Cecil;

namespace Faultline.Weaver.Tests;

/// <summary>Where a site's file and line come from, and what a site is called.</summary>
public class SymbolTests
{
    private const string Throws = """
        try
        {
            Throw(Marshal.AllocHGlobal(1)); // routed 1
        }
        catch (Exception e)
        {
            string trace = e.StackTrace!;
            Console.WriteLine(trace.Contains(":line ") ? trace[trace.IndexOf(":line ")..].Split('\n')[0] : "no line");
        }

        static void Throw(nint block)
        {
            Marshal.FreeHGlobal(block); // routed 1
            throw new Exception();
        }
        """;

    [Theory]
    [InlineData(DebugInformationFormat.PortablePdb)]
    [InlineData(DebugInformationFormat.Embedded)]
    public void Symbols_beside_the_assembly_and_in_it(DebugInformationFormat format)
    {
        RoutedRun run = TestApplication.Compile(Throws, new CompileOptions { Symbols = format }).RunBoth();
        Assert.StartsWith(":line ", run.Result.Output);
        Assert.True(Assert.Single(run.Plan.Summary.Routed).HasSymbols);
        Assert.Equal("/src/Program.cs", run.Plan.Sites[0].File);
    }

    [Fact]
    public void Without_symbols_a_site_is_named_by_assembly_type_and_method()
    {
        TestApplication app = TestApplication.Compile(Throws, new CompileOptions { Symbols = null });
        AssertRunsWithoutLines(app);
    }

    /// <summary>Windows' format cannot be written on Linux, and another build's symbols would give wrong lines.</summary>
    [Theory]
    [InlineData("Microsoft C/C++ MSF 7.00\r\n")]
    [InlineData("BSJB and then nothing that makes sense")]
    [InlineData("")]
    public void Symbols_that_cannot_be_used_count_as_none(string content)
    {
        TestApplication app = TestApplication.Compile(Throws, new CompileOptions { Symbols = null });
        File.WriteAllText(Path.ChangeExtension(app.Assembly, ".pdb"), content);
        AssertRunsWithoutLines(app);
    }

    [Fact]
    public void Symbols_of_another_build_count_as_none()
    {
        TestApplication app = TestApplication.Compile(Throws);
        TestApplication other = TestApplication.Compile(Throws + "\nclass Another;");
        File.Copy(Path.ChangeExtension(other.Assembly, ".pdb"), Path.ChangeExtension(app.Assembly, ".pdb"), overwrite: true);
        AssertRunsWithoutLines(app);
    }

    [Fact]
    public void Line_directives_are_followed()
    {
        LaunchPlan plan = TestApplication.Compile("""
            #line 700 "/src/Template.razor"
            Marshal.FreeHGlobal(0);
            #line hidden
            Marshal.FreeHGlobal(0);
            #line default
            Marshal.FreeHGlobal(0);
            """).Weave();
        Assert.Equal(("/src/Template.razor", 700), (plan.Sites[0].File, plan.Sites[0].Line));
        Assert.Equal("Template.razor:700 Main", plan.Sites[0].Display);
        Assert.Equal(700, plan.Sites[1].Line);
        Assert.Equal("/src/Program.cs", plan.Sites[2].File);
    }

    [Fact]
    public void Sites_are_named_as_the_user_wrote_them()
    {
        LaunchPlan plan = TestApplication.Compile("""
            Marshal.FreeHGlobal(0);
            Local();
            static void Local() => Marshal.FreeHGlobal(0);

            namespace Space
            {
                class Outer<T> : IDisposable
                {
                    class Inner
                    {
                        ~Inner() => Marshal.FreeHGlobal(0);
                    }

                    static Outer() => Marshal.FreeHGlobal(0);
                    Outer() => Marshal.FreeHGlobal(0);
                    void IDisposable.Dispose() => Marshal.FreeHGlobal(0);
                    int Size { get { Marshal.FreeHGlobal(0); return 0; } }
                    Action Lambda() => () => Marshal.FreeHGlobal(0);
                    Func<Task> AsyncLambda(int n) => async () => { await Task.Yield(); Marshal.FreeHGlobal(n); };
                    async Task Async() { await Task.Yield(); Marshal.FreeHGlobal(0); }
                    IEnumerable<int> Iterator() { Marshal.FreeHGlobal(0); yield return 1; }
                    async Task Nested()
                    {
                        await Inside();
                        async Task Inside() { await Task.Yield(); Marshal.FreeHGlobal(0); }
                    }
                }
            }
            """, new CompileOptions { Symbols = null }).Weave();
        Assert.Equal(
            [
                "App!Program.Local (in Main)",
                "App!Program.Main",
                "App!Space.Outer<T>.Async",
                "App!Space.Outer<T>.AsyncLambda (lambda)",
                "App!Space.Outer<T>.IDisposable.Dispose",
                "App!Space.Outer<T>.Inner.~Inner",
                "App!Space.Outer<T>.Inside (in Nested)",
                "App!Space.Outer<T>.Iterator",
                "App!Space.Outer<T>.Lambda (lambda)",
                "App!Space.Outer<T>.Outer<T> (constructor)",
                "App!Space.Outer<T>.Outer<T> (static constructor)",
                "App!Space.Outer<T>.Size (get)",
            ],
            plan.Sites.Select(site => site.Display).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_signed_assembly_keeps_its_identity()
    {
        using RSA key = RSA.Create(1024);
        byte[] publicKey = PublicKey(key.ExportParameters(false));
        TestApplication app = TestApplication.Compile("""
            Marshal.FreeHGlobal(Marshal.AllocHGlobal(1)); // routed 2
            Console.WriteLine(typeof(Program).Assembly.FullName);
            """, new CompileOptions { PublicKey = publicKey });
        RoutedRun run = app.RunBoth();
        Assert.DoesNotContain("PublicKeyToken=null", run.Result.Output);
        using ModuleDefinition before = ModuleDefinition.ReadModule(app.Assembly);
        using ModuleDefinition after = ModuleDefinition.ReadModule(run.Plan.Arguments[1]);
        Assert.Equal(before.Assembly.FullName, after.Assembly.FullName);
        Assert.Equal(before.Mvid, after.Mvid);
        Assert.DoesNotContain(after.AssemblyReferences, reference => reference.Name == "System.Private.CoreLib");
    }

    private static void AssertRunsWithoutLines(TestApplication app)
    {
        RoutedRun run = RoutedRun.Run(app.Weave());
        Assert.Equal("no line", run.Result.Output.Trim());
        Assert.Equal(2, run.CallsBySite.Values.Sum());
        Assert.False(Assert.Single(run.Plan.Summary.Routed).HasSymbols);
        Assert.Equal(["App!Program.Main", "App!Program.Throw (in Main)"], run.Plan.Sites.Select(site => site.Display));
    }

    /// <summary>A strong name's public key: signature and hash algorithms, length, and an RSA key in CryptoAPI's PUBLICKEYBLOB form.</summary>
    private static byte[] PublicKey(RSAParameters key)
    {
        byte[] modulus = [.. key.Modulus!.Reverse()];
        using MemoryStream blob = new();
        using BinaryWriter writer = new(blob);
        writer.Write(0x2400);
        writer.Write(0x8004);
        writer.Write(20 + modulus.Length);
        writer.Write(0x0206);
        writer.Write(0x2400);
        writer.Write("RSA1"u8);
        writer.Write(modulus.Length * 8);
        writer.Write(65537);
        writer.Write(modulus);
        return blob.ToArray();
    }
}
