using System.Text.Json.Nodes;
using Faultline.Weaver.Applications;
using Faultline.Weaver.Tests.Support;

namespace Faultline.Weaver.Tests;

/// <summary>The host's two JSON files, and what becomes of an application that brings its own runtime but cannot use it.</summary>
public class HostFilesTests
{
    private const string OwnRuntime = """
        { "runtimeOptions": {
            "tfm": "net8.0",
            "includedFrameworks": [ { "name": "Microsoft.NETCore.App", "version": "8.0.17" }, { "name": "Some.Other.App", "version": "2.3.4" } ],
            "configProperties": { "System.GC.Server": true } } }
        """;

    [Theory]
    [InlineData("8.0.17", true)]
    [InlineData("9.0.0-preview.1", true)]
    [InlineData("10.0.0", false)]
    [InlineData("10.0.0-rc.2", false)]
    [InlineData("11.0.0", false)]
    public void Only_an_older_runtime_is_raised(string version, bool raised)
    {
        RuntimeConfiguration configuration = Read($$"""{ "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "{{version}}" } } }""");
        Assert.Equal(raised, configuration.RaiseToShimRuntime());
        JsonNode options = Written(configuration)["runtimeOptions"]!;
        Assert.Equal(raised ? "10.0.0" : version, options["framework"]!["version"]!.GetValue<string>());
        Assert.Equal(raised ? "Major" : null, options["rollForward"]?.GetValue<string>());
    }

    [Fact]
    public void Installed_frameworks_take_the_place_of_included_ones()
    {
        RuntimeConfiguration configuration = Read(OwnRuntime);
        Assert.True(configuration.IsSelfContained);
        Assert.Equal(new Version(8, 0, 17), configuration.RuntimeVersion);
        configuration.UseInstalledFrameworks();
        configuration.RaiseToShimRuntime();
        configuration.AllowStartupHooks();
        Assert.False(configuration.IsSelfContained);
        JsonNode options = Written(configuration)["runtimeOptions"]!;
        Assert.Equal(["10.0.0", "2.3.0"], options["frameworks"]!.AsArray().Select(framework => framework!["version"]!.GetValue<string>()));
        Assert.Null(options["includedFrameworks"]);
        Assert.True(options["configProperties"]!["System.StartupHookProvider.IsSupported"]!.GetValue<bool>());
        Assert.True(options["configProperties"]!["System.GC.Server"]!.GetValue<bool>());
    }

    [Fact]
    public void A_local_path_overrides_where_an_asset_lies()
    {
        string path = Path.Combine(TemporaryFolder.Create("deps"), "App.deps.json");
        File.WriteAllText(path, """
            { "runtimeTarget": { "name": "t" }, "libraries": {}, "targets": { "t": { "A/1": {
                "runtime": { "lib/net8.0/A.dll": { "localPath": "sub/A.dll" }, "lib/net8.0/B.dll": {} },
                "native": { "x/libn.so": {} } } } } }
            """);
        Assert.Equal(["sub/A.dll", "B.dll"], DependencyFile.Read(path).Assemblies());
    }

    /// <summary>The runtime that was published with it is broken here: the copy must not see it.</summary>
    [Fact]
    public void An_application_with_an_old_runtime_of_its_own_runs_on_the_installed_one()
    {
        TestApplication app = TestApplication.Compile("""
            Marshal.FreeHGlobal(Marshal.AllocHGlobal(1));
            Console.WriteLine(new[] { 1, 2 }.Sum() + " " + Environment.Version.Major);
            """);
        File.WriteAllText(Path.Combine(app.Folder, "App.runtimeconfig.json"), OwnRuntime.Replace(""", { "name": "Some.Other.App", "version": "2.3.4" }""", ""));
        File.WriteAllText(Path.Combine(app.Folder, "App.deps.json"), """
            { "runtimeTarget": { "name": ".NETCoreApp,Version=v8.0/linux-x64" },
              "targets": { ".NETCoreApp,Version=v8.0/linux-x64": {
                "App/1.0.0": { "dependencies": { "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64": "8.0.17" }, "runtime": { "App.dll": {} } },
                "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.17": { "runtime": { "System.Linq.dll": {} }, "native": { "libcoreclr.so": {} } } } },
              "libraries": {
                "App/1.0.0": { "type": "project", "serviceable": false, "sha512": "" },
                "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.17": { "type": "runtimepack", "serviceable": false, "sha512": "" } } }
            """);
        File.WriteAllText(Path.Combine(app.Folder, "System.Linq.dll"), "not the real one");
        File.WriteAllText(Path.Combine(app.Folder, "libcoreclr.so"), "nor this");
        RoutedRun run = RoutedRun.Run(app.Weave());
        Assert.Equal("3 10", run.Result.Output.Trim());
        Assert.Equal(2, run.CallsBySite.Values.Sum());
        Assert.Equal(["self-contained, but run on the installed .NET: its own launcher is not there"], run.Plan.Summary.Notes);
        Assert.Empty(run.Plan.Summary.NotRouted);

        // A second start links what is new, which must not bring the old runtime back.
        string shadow = Path.GetDirectoryName(app.Weave().Arguments[1])!;
        Assert.False(File.Exists(Path.Combine(shadow, "libcoreclr.so")));
        Assert.False(File.Exists(Path.Combine(shadow, "System.Linq.dll")));
    }

    private static RuntimeConfiguration Read(string json)
    {
        string path = Path.Combine(TemporaryFolder.Create("config"), "App.runtimeconfig.json");
        File.WriteAllText(path, json);
        return RuntimeConfiguration.Read(path);
    }

    private static JsonObject Written(RuntimeConfiguration configuration)
    {
        string path = Path.Combine(TemporaryFolder.Create("written"), "App.runtimeconfig.json");
        configuration.Write(path);
        return JsonFile.Read(path);
    }
}
