using System.Diagnostics;
using Faultline.Weaver.Shadow;
using Faultline.Weaver.Tests.Support;

namespace Faultline.Weaver.Tests;

/// <summary>The copy behaves as the application does, is made once, and is made anew when something changed.</summary>
public class ShadowTests
{
    private const string ReadsFiles = """
        Marshal.FreeHGlobal(Marshal.AllocHGlobal(1)); // routed 2
        Console.WriteLine(AppContext.BaseDirectory);
        Console.WriteLine(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "a.txt")));
        Console.WriteLine(File.ReadAllText(Path.Combine(Path.GetDirectoryName(typeof(Program).Assembly.Location)!, "data", "a.txt")));
        Console.WriteLine(string.Join("|", args));
        return 7;
        """;

    [Fact]
    public void Files_arguments_and_exit_code()
    {
        TestApplication app = TestApplication.Compile(ReadsFiles);
        Directory.CreateDirectory(Path.Combine(app.Folder, "data"));
        File.WriteAllText(Path.Combine(app.Folder, "data", "a.txt"), "content");
        RoutedRun run = app.RunBoth("a", "", "b c", "--", "-x=\"1\"");
        Assert.Equal(7, run.Result.ExitCode);
        Assert.Contains("content", run.Result.Output);

        // What comes into the folder later is found too, without a new copy.
        File.WriteAllText(Path.Combine(app.Folder, "late.txt"), "late");
        LaunchPlan again = app.Weave();
        Assert.Equal(run.Plan.Arguments[1], again.Arguments[1]);
        Assert.Equal("late", File.ReadAllText(Path.Combine(Path.GetDirectoryName(again.Arguments[1])!, "late.txt")));
    }

    [Fact]
    public void A_second_start_makes_nothing_and_gives_the_same_plan()
    {
        TestApplication app = TestApplication.Compile(ReadsFiles);
        LaunchPlan first = app.Weave();
        string[] before = Files(app.Cache);
        LaunchPlan second = app.Weave();
        Assert.Equal(before, Files(app.Cache));
        Assert.Equal(first.Arguments, second.Arguments);
        Assert.Equal(first.Environment, second.Environment);
        Assert.Equal(first.Sites, second.Sites);
        Assert.Equivalent(first.Summary, second.Summary, strict: true);
    }

    [Fact]
    public void A_changed_assembly_is_rewritten_and_an_unchanged_one_is_not()
    {
        string folder = TemporaryFolder.Create("app");
        string library = Compiler.Compile("Library", folder, new CompileOptions { IsLibrary = true },
            "public static class Library { public static nint Make() => System.Runtime.InteropServices.Marshal.AllocHGlobal(1); }");
        CompileOptions options = new() { References = [library] };
        TestApplication app = TestApplication.Compile("Marshal.FreeHGlobal(Library.Make());", options, folder);
        LaunchPlan first = app.Weave();
        TestApplication.Compile("Marshal.FreeHGlobal(Library.Make());\nMarshal.FreeHGlobal(0);", options, folder);
        LaunchPlan second = app.Weave();
        Assert.NotEqual(first.Arguments[1], second.Arguments[1]);
        Assert.Equal(2, first.Sites.Count);
        Assert.Equal(3, second.Sites.Count);
        Assert.Equal(3, Directory.GetDirectories(Path.Combine(app.Cache, "woven")).Length);
        Assert.Equal(Enumerable.Range(1, 3), second.Sites.Select(site => site.Id));
    }

    [Fact]
    public void Parallel_starts_make_one_copy_that_works()
    {
        TestApplication app = TestApplication.Compile("Marshal.FreeHGlobal(Marshal.AllocHGlobal(1)); // routed 2");
        LaunchPlan[] plans = new LaunchPlan[4];
        Parallel.For(0, plans.Length, i => plans[i] = app.Weave());
        Assert.All(plans, plan => Assert.Equal(plans[0].Arguments[1], plan.Arguments[1]));
        Assert.Single(Directory.GetDirectories(Path.Combine(app.Cache, "woven")));
        Assert.Single(Directory.GetDirectories(Path.Combine(app.Cache, "shadows")));
        app.RunBoth();
    }

    [Fact]
    public void A_plan_that_was_cut_off_is_made_anew()
    {
        TestApplication app = TestApplication.Compile("Marshal.FreeHGlobal(Marshal.AllocHGlobal(1)); // routed 2");
        app.Weave();
        string plan = Assert.Single(Directory.GetFiles(Path.Combine(app.Cache, "plans")));
        File.WriteAllBytes(plan, File.ReadAllBytes(plan)[..100]);
        app.RunBoth();
    }

    [Fact]
    public void A_plan_whose_copy_was_removed_is_made_anew()
    {
        TestApplication app = TestApplication.Compile("Marshal.FreeHGlobal(Marshal.AllocHGlobal(1)); // routed 2");
        app.Weave();
        Directory.Delete(Path.Combine(app.Cache, "shadows"), recursive: true);
        app.RunBoth();
    }

    [Fact]
    public void An_application_for_an_older_runtime_is_run_on_the_shim_s()
    {
        TestApplication app = TestApplication.Compile("""
            Marshal.FreeHGlobal(Marshal.AllocHGlobal(1)); // routed 2
            Console.WriteLine(Environment.Version.Major);
            """);
        File.WriteAllText(Path.Combine(app.Folder, "App.runtimeconfig.json"), """
            {
              // Comments are allowed here.
              "runtimeOptions": {
                "tfm": "net6.0",
                "framework": { "name": "Microsoft.NETCore.App", "version": "6.0.0" },
                "configProperties": { "System.GC.Server": false, "System.StartupHookProvider.IsSupported": false },
              }
            }
            """);
        RoutedRun run = RoutedRun.Run(app.Weave());
        Assert.Equal("10", run.Result.Output.Trim());
        Assert.Equal(["built for .NET 6.0, run on .NET 10: the shim needs it"], run.Plan.Summary.Notes);
    }

    [Fact]
    public void Startup_hooks_of_others_run_after_ours()
    {
        TestApplication app = TestApplication.Compile("Console.WriteLine();");
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", "/other/hook.dll");
        try
        {
            string hooks = app.Weave().Environment["DOTNET_STARTUP_HOOKS"];
            Assert.EndsWith("/Faultline.Shim.dll:/other/hook.dll", hooks);
        }
        finally
        {
            Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        }
    }

    [Fact]
    public void Plugins_are_reported_and_only_listed_assemblies_are_rewritten()
    {
        TestApplication app = TestApplication.Compile("Console.WriteLine();");
        const string Calls = "public static class C { public static nint Make() => System.Runtime.InteropServices.Marshal.AllocHGlobal(1); }";
        CompileOptions library = new() { IsLibrary = true };
        Compiler.Compile("Leftover", app.Folder, library, Calls);
        Compiler.Compile("Quiet", app.Folder, library, "public class C;");
        Compiler.Compile("Listed", app.Folder, library, Calls);
        Compiler.Compile("Plugin", Directory.CreateDirectory(Path.Combine(app.Folder, "plugins", "one")).FullName, library, Calls);
        Compiler.Compile("Portable", Directory.CreateDirectory(Path.Combine(app.Folder, "runtimes", "linux", "lib")).FullName, library, Calls);
        File.WriteAllText(Path.Combine(app.Folder, "App.deps.json"), """
            {
              "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0" },
              "targets": { ".NETCoreApp,Version=v10.0": {
                "App/1.0.0": { "runtime": { "App.dll": {} } },
                "Gone/1.0.0": { "runtime": { "lib/net8.0/Gone.dll": {} } },
                "Listed/1.0.0": { "runtime": { "lib/net8.0/Listed.dll": {} } },
                "Portable/1.0.0": { "runtimeTargets": {
                  "runtimes/linux/lib/Portable.dll": { "rid": "linux", "assetType": "runtime" },
                  "runtimes/win/lib/Portable.dll": { "rid": "win", "assetType": "runtime" } } } } },
              "libraries": { "App/1.0.0": { "type": "project" }, "Gone/1.0.0": { "type": "package" }, "Listed/1.0.0": { "type": "package" }, "Portable/1.0.0": { "type": "package" } }
            }
            """);
        LaunchPlan plan = app.Weave();
        Assert.Equal(["Listed", "Portable"], plan.Summary.Routed.Select(assembly => assembly.Name));
        Assert.Equal(["Gone.dll", "Leftover.dll", "plugins/one/Plugin.dll"], plan.Summary.NotRouted.Select(assembly => assembly.Name).Order());
        string shadow = Path.GetDirectoryName(plan.Arguments[1])!;
        Assert.Null(new FileInfo(Path.Combine(shadow, "runtimes", "linux", "lib", "Portable.dll")).LinkTarget);
        Assert.Equal(Path.Combine(app.Folder, "plugins"), new FileInfo(Path.Combine(shadow, "plugins")).LinkTarget);
        Assert.Contains("\"Faultline.Shim/1.0.0\"", File.ReadAllText(Path.Combine(shadow, "App.deps.json")));
    }

    [Fact]
    public void The_cleaner_removes_what_was_used_longest_ago_and_spares_what_runs()
    {
        string root = TemporaryFolder.Create("cache");
        DateTime now = DateTime.UtcNow;
        string old = Entry("woven", "old", 3), running = Entry("shadows", "running", 4), recent = Entry("shadows", "recent", 2), fresh = Entry("bundles", "fresh", 0);
        string abandoned = Entry("woven", "abandoned" + CacheCleaner.UnfinishedSuffix, 2);

        new CacheCleaner(root, limitBytes: 10_000).Clean(now);
        Assert.False(Directory.Exists(abandoned));
        Assert.True(Directory.Exists(old));

        using Process started = Process.Start("sh", ["-c", "sleep 60; true", Path.Combine(running, "App.dll")]);
        try
        {
            new CacheCleaner(root, limitBytes: 2500).Clean(now);
            Assert.False(Directory.Exists(old));
            Assert.True(Directory.Exists(running));
            Assert.False(Directory.Exists(recent));
            Assert.True(Directory.Exists(fresh));
        }
        finally
        {
            started.Kill(entireProcessTree: true);
        }

        string Entry(string kind, string name, int hoursAgo)
        {
            string folder = Directory.CreateDirectory(Path.Combine(root, kind, name)).FullName;
            File.WriteAllBytes(Path.Combine(folder, "file"), new byte[1000]);
            Directory.SetLastWriteTimeUtc(folder, now.AddHours(-hoursAgo));
            return folder;
        }
    }

    private static string[] Files(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
