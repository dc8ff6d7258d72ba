using System.Text.RegularExpressions;
using Faultline.Weaver.Applications;

namespace Faultline.Weaver.Tests.Support;

/// <summary>
/// A small C# program in a folder of its own. A line of its source that ends in "// routed N" says that N calls come from that line.
/// </summary>
internal sealed partial class TestApplication
{
    private readonly string source;

    private TestApplication(string folder, string source) => (Folder, this.source) = (folder, source);

    public string Folder { get; }

    public string Assembly => Path.Combine(Folder, "App.dll");

    public string Cache { get; init; } = TemporaryFolder.Create("cache");

    public static TestApplication Compile(string source, CompileOptions? options = null, string? folder = null)
    {
        folder ??= TemporaryFolder.Create("app");
        source = Usings + source;
        Compiler.Compile("App", folder, options ?? new CompileOptions(), source);
        File.WriteAllText(Path.Combine(folder, "App.runtimeconfig.json"), """
            { "runtimeOptions": { "tfm": "net10.0", "framework": { "name": "Microsoft.NETCore.App", "version": "10.0.0" } } }
            """);
        return new TestApplication(folder, source);
    }

    public LaunchPlan Weave(string? path = null, params string[] arguments)
        => ApplicationWeaver.Prepare(new ApplicationTarget(path ?? Assembly, arguments), new WeaverOptions { ShimFolder = RecordingShim.Folder, CacheFolder = Cache });

    public ProcessResult RunPlain(params string[] arguments) => ProcessResult.Run(DotnetHost.Find(), ["exec", Assembly, .. arguments], null, Folder);

    /// <summary>Runs the program as it is and rewritten: the same output and exit code, and just the calls that its lines announce.</summary>
    public RoutedRun RunBoth(params string[] arguments)
    {
        ProcessResult plain = RunPlain(arguments);
        RoutedRun routed = RoutedRun.Run(Weave(null, arguments), Folder);
        Assert.Equal(plain.Output, routed.Result.Output);
        Assert.Equal(plain.ExitCode, routed.Result.ExitCode);
        Assert.Equal(AnnouncedCalls(), routed.CallsByLine);
        return routed;
    }

    public SortedDictionary<int, int> AnnouncedCalls()
    {
        SortedDictionary<int, int> calls = [];
        string[] lines = source.Split('\n');
        for (int i = 0; i < lines.Length; i++)
            if (Announcement().Match(lines[i]) is { Success: true } match)
                calls.Add(i + 1, int.Parse(match.Groups[1].Value));
        return calls;
    }

    [GeneratedRegex(@"// routed (\d+)\s*$")]
    private static partial Regex Announcement();

    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Reflection;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using System.Threading.Tasks;

        """;
}
