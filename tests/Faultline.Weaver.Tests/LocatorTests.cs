using Faultline.TestSupport;
using Faultline.Weaver.Applications;
using Faultline.Weaver.Tests.Support;

namespace Faultline.Weaver.Tests;

/// <summary>What cannot be run is refused in one line that says why.</summary>
public class LocatorTests
{
    [Fact]
    public void No_such_file() => AssertRefused("/no/such/App.dll", "no such file: /no/such/App.dll");

    [Fact]
    public void A_folder() => AssertRefused(TemporaryFolder.Create("folder"), "is a folder");

    [Theory]
    [InlineData("")]
    [InlineData("#!/bin/sh\n")]
    [InlineData("M")]
    public void A_text(string content) => AssertRefused(Write("App.dll", content), "is not a .NET assembly or executable");

    [Fact]
    public void Not_an_assembly_though_it_starts_like_one() => AssertRefused(Write("App.dll", "MZ and nothing else"), "damaged");

    [Fact]
    public void A_native_program() => AssertRefused("/bin/true", "is a native program");

    [Fact]
    public void A_class_library()
    {
        string library = Compiler.Compile("Library", TemporaryFolder.Create("library"), new CompileOptions { IsLibrary = true }, "public class A;");
        AssertRefused(library, "has no entry point");
    }

    [Fact]
    public void An_executable_without_configuration()
    {
        TestApplication app = TestApplication.Compile("Console.WriteLine();");
        File.Delete(Path.Combine(app.Folder, "App.runtimeconfig.json"));
        AssertRefused(app.Assembly, "has no App.runtimeconfig.json beside it");
    }

    [Fact]
    public void A_configuration_that_is_no_json()
    {
        TestApplication app = TestApplication.Compile("Console.WriteLine();");
        File.WriteAllText(Path.Combine(app.Folder, "App.runtimeconfig.json"), "{ nothing");
        AssertRefused(app.Assembly, "is not valid JSON (line 1)");
    }

    [Fact]
    public void An_application_of_the_old_framework()
    {
        TestApplication app = TestApplication.Compile("""
            [assembly: System.Runtime.Versioning.TargetFramework(".NETFramework,Version=v4.8")]
            Console.WriteLine();
            """);
        AssertRefused(app.Assembly, "is built for .NET Framework");
    }

    [RealLibcFact]
    public void A_program_that_NativeAOT_compiled()
    {
        string folder = TemporaryFolder.Create("aot"), source = Path.Combine(folder, "aot.c"), program = Path.Combine(folder, "aot");
        File.WriteAllText(source, """__attribute__((section("__managedcode"))) int compiled(void) { return 0; } int main(void) { return compiled(); }""");
        Assert.Equal(0, ProcessResult.Run("gcc", [source, "-o", program]).ExitCode);
        AssertRefused(program, "NativeAOT");
    }

    [Fact]
    public void Shim_assemblies_that_are_missing()
    {
        TestApplication app = TestApplication.Compile("Console.WriteLine();");
        UnsupportedApplicationException e = Assert.Throws<UnsupportedApplicationException>(() => ApplicationWeaver.Prepare(
            new ApplicationTarget(app.Assembly, []), new WeaverOptions { ShimFolder = app.Folder, CacheFolder = app.Cache }));
        Assert.Contains("Faultline.Shim.dll is missing", e.Message);
    }

    [Theory]
    [InlineData(7, 0, "version 7.0")]
    [InlineData(6, 1000, "cut off")]
    public void A_single_file_that_makes_no_sense(int version, int files, string reason)
    {
        string path = Path.Combine(TemporaryFolder.Create("bundle"), "App");
        using (BinaryWriter writer = new(File.Create(path)))
        {
            writer.Write(new byte[64]);
            writer.Write(version);
            writer.Write(0);
            writer.Write(files);
            writer.Write("id");
            writer.Write(new byte[40]);
        }

        UnsupportedApplicationException e = Assert.Throws<UnsupportedApplicationException>(() => Bundle.Read(path, 64));
        Assert.Contains(reason, e.Message);
    }

    private static string Write(string name, string content)
    {
        string path = Path.Combine(TemporaryFolder.Create("file"), name);
        File.WriteAllText(path, content);
        return path;
    }

    private static void AssertRefused(string path, string reason)
    {
        UnsupportedApplicationException e = Assert.Throws<UnsupportedApplicationException>(() => ApplicationWeaver.Prepare(
            new ApplicationTarget(path, []), new WeaverOptions { ShimFolder = RecordingShim.Folder, CacheFolder = TemporaryFolder.Create("cache") }));
        Assert.Contains(reason, e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }
}
