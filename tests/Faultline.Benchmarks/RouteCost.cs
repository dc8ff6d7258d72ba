using System.Diagnostics;
using System.Globalization;

namespace Faultline.Benchmarks;

/// <summary>
/// What routing at compile time costs a pair of malloc and free: one program, built without the package, with it and routing off, and with routing on, which is
/// run as it is and with FAULTLINE_OFF=1, in turns in one run. The program times itself (RouteCostProgram.txt); what counts are the ratios.
/// </summary>
internal static class RouteCost
{
    private const string Usage = "usage: routes [PAIRS] [ROUNDS]   (default 400000 5)";
    private static readonly string[] s_sizes = ["64 B", "1 KiB", "200 KiB"];

    private sealed record Way(string Name, string Program, bool IsSwitchedOff);

    public static int Run(string[] arguments)
    {
        int[] numbers = [400_000, 5];
        for (int i = 0; i < arguments.Length; i++)
            if (i >= numbers.Length || !int.TryParse(arguments[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] < 1)
            {
                Console.Error.WriteLine($"'{arguments[i]}' is too much or no number; {Usage}");
                return 2;
            }

        string folder = Directory.CreateTempSubdirectory("faultline-routes-").FullName;
        try
        {
            Compare(numbers[0], numbers[1], folder);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(int pairs, int rounds, string folder)
    {
        string on = RouteCostProject.Build(Path.Combine(folder, "on"), hasPackage: true, isRouted: true);
        Way[] ways =
        [
            new("without the package", RouteCostProject.Build(Path.Combine(folder, "without"), hasPackage: false, isRouted: false), false),
            new("routing off", RouteCostProject.Build(Path.Combine(folder, "off"), hasPackage: true, isRouted: false), false),
            new("on, FAULTLINE_OFF=1", on, true),
            new("on", on, false),
        ];
        double[][] least = [.. ways.Select(_ => s_sizes.Select(_ => double.MaxValue).ToArray())];
        for (int round = 0; round < rounds; round++)
            for (int i = 0; i < ways.Length; i++)
                least[i] = [.. least[i].Zip(Measure(ways[i], pairs), Math.Min)];
        Console.WriteLine($"{pairs} pairs a size, least of {rounds} rounds on {Environment.ProcessorCount} processors: nanoseconds, and of the program without the package");
        Console.WriteLine($"{"",-22}{string.Concat(s_sizes.Select(size => $"{size,22}"))}");
        for (int i = 0; i < ways.Length; i++)
            Console.WriteLine($"{ways[i].Name,-22}{string.Concat(least[i].Select((ns, size) => FormattableString.Invariant($"{ns,14:F1} {ns / least[0][size],7:F2}")))}");
    }

    private static double[] Measure(Way way, int pairs)
    {
        ProcessStartInfo start = new("dotnet", [way.Program, pairs.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["FAULTLINE_OFF"] = way.IsSwitchedOff ? "1" : "";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        // A routed program reports, one that is not says nothing: each way is what it says that it is.
        bool reports = error.Result.Contains("Faultline:", StringComparison.Ordinal), isOn = way is { Name: "on" };
        if (process.ExitCode != 0 || lines.Length != s_sizes.Length || reports != isOn)
            throw new InvalidOperationException($"{way.Name}: exit code {process.ExitCode}, {(reports ? "a" : "no")} report: {error.Result}");
        return [.. lines.Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
    }
}
