using System.Diagnostics;
using System.Globalization;

namespace Faultline.Benchmarks;

/// <summary>
/// What recording call stacks costs a program that does hardly anything but allocate (tests/Fixtures/AllocationStorm): the program alone, under the tool, with a trace,
/// with sampled stacks, with all of them, and under heaptrack, in turns in one run. The program tells its thread's processor time of a replacement (one free, one allocation) itself: the starts of
/// runtime, router and profiler are not in it, nor what tool and profiler do in processes of their own. For .NET heaptrack sees the same mallocs and unwinds native frames.
/// </summary>
internal static class StackCost
{
    private const string Usage = "usage: stacks [REPLACEMENTS] [ROUNDS] [DEPTH]   (default 200000 3 20)";

    private sealed record Way(string Name, Func<string, string, string[]> Command);

    private static readonly Way[] s_ways =
    [
        new("alone", (app, _) => ["dotnet", app]),
        new("run", (app, _) => Run(app)),
        new("run --trace", (app, folder) => Run(app, "--trace", Path.Combine(folder, "a.fltrace"))),
        new("  --stacks sample", (app, folder) => Run(app, "--trace", Path.Combine(folder, "b.fltrace"), "--stacks", "sample")),
        new("  --stacks sample:64KiB", (app, folder) => Run(app, "--trace", Path.Combine(folder, "c.fltrace"), "--stacks", "sample:64KiB")),
        new("  --stacks all", (app, folder) => Run(app, "--trace", Path.Combine(folder, "d.fltrace"), "--stacks", "all")),
        new("heaptrack", (app, folder) => ["heaptrack", "--raw", "-o", Path.Combine(folder, "e"), "dotnet", app]),
    ];

    public static int Run(string[] arguments)
    {
        int[] numbers = [200_000, 3, 20];
        for (int i = 0; i < arguments.Length; i++)
            if (i >= numbers.Length || !int.TryParse(arguments[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                Console.Error.WriteLine($"'{arguments[i]}' is too much or no number; {Usage}");
                return 2;
            }

        string folder = Directory.CreateTempSubdirectory("faultline-stacks-").FullName;
        try
        {
            Compare(numbers[0], numbers[1], numbers[2], folder);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(int replacements, int rounds, int depth, string folder)
    {
        string app = FileOf("tests/Fixtures/AllocationStorm", "AllocationStorm.dll");
        Way[] ways = [.. s_ways.Where(way => way.Name != "heaptrack" || HasHeaptrack())];
        double[] least = [.. ways.Select(_ => double.MaxValue)];
        for (int round = 0; round < rounds; round++)
            for (int i = 0; i < ways.Length; i++)
                least[i] = Math.Min(least[i], Measure([.. ways[i].Command(app, folder), replacements.ToString(CultureInfo.InvariantCulture), depth.ToString(CultureInfo.InvariantCulture)]));
        double alone = least[0], traced = least[Array.FindIndex(ways, way => way.Name == "run --trace")];
        Console.WriteLine(FormattableString.Invariant($"{replacements} replacements, {depth} methods deep, least of {rounds} rounds on {Environment.ProcessorCount} processors"));
        Console.WriteLine($"{"",-24} {"ns each",10} {"of alone",10} {"of stacks off",14}");
        for (int i = 0; i < ways.Length; i++)
            Console.WriteLine(FormattableString.Invariant($"{ways[i].Name,-24} {least[i],10:F0} {least[i] / alone,10:F2} {least[i] / traced,14:F2}"));
        if (ways.Length < s_ways.Length)
            Console.WriteLine("heaptrack is not on PATH: without it there is nothing beside");
    }

    private static double Measure(string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        // heaptrack writes to standard output too: the number is the one line that is one.
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n');
        process.WaitForExit();
        foreach (string line in lines)
            if (double.TryParse(line, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double nanoseconds))
                return nanoseconds;
        throw new InvalidOperationException($"{string.Join(' ', command)} told no time (exit code {process.ExitCode}): {error.Result}");
    }

    private static string[] Run(string app, params string[] options)
        => ["dotnet", FileOf("src/Faultline.Tool", "faultline.dll"), "run", "--quiet", "--force", .. options, "--", app];

    private static bool HasHeaptrack()
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "heaptrack")));

    /// <summary>What the build of this project has put beside it, in the same configuration.</summary>
    private static string FileOf(string project, string file)
    {
        string output = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory), configuration = Path.GetFileName(Path.GetDirectoryName(output))!;
        string root = Path.GetFullPath(Path.Combine(output, "..", "..", "..", "..", ".."));
        return Path.Combine(root, project.Replace('/', Path.DirectorySeparatorChar), "bin", configuration, Path.GetFileName(output), file);
    }
}
