// What the rules cost in a build, beside two well-known analyzers that also follow values through methods: CA2000 of Microsoft's
// NetAnalyzers and IDisposableAnalyzers, all in one run of the SDK's compiler with /reportanalyzer. The sources are this repository's and
// those of packages, decompiled into the work folder and never kept in the repository. Then: how the time grows with a method.

namespace Faultline.Benchmarks.Analyzers;

internal static class AnalyzerSpeed
{
    private const string Usage = "usage: analyzers WORK-FOLDER   (packages, tools and decompiled sources are kept there, and used again)";

    public static int Run(string[] args)
    {
        if (args is not [var folder] || folder.StartsWith('-') || File.Exists(folder))
        {
            Console.Error.WriteLine(args is [var given] && !given.StartsWith('-') ? $"{given} is a file; name a folder to work in" : Usage);
            return 2;
        }

        Growth.Print();
        Workshop workshop = new(Path.GetFullPath(folder));
        workshop.Prepare();
        Console.WriteLine($"{"sources",-22} {"lines",8} {"calls",6} {"compiler",9} {"FLT",8} {"CA2000",8} {"IDISP",8} {"FLT/CA2000",11} {"FLT/compiler",13}");
        List<Timing> all = [];
        foreach (SourceSet set in workshop.Sets())
        {
            if (CompilerRun.Measure(set, workshop) is not { } timing)
                continue;
            all.Add(timing);
            Print(timing);
        }

        Print(Timing.Sum("all", all));
        Print(Timing.Sum("all that allocate", all.Where(timing => timing.Calls > 0)));
        Print(Timing.Sum("all that do not", all.Where(timing => timing.Calls == 0)));
        Console.WriteLine("Seconds: compiler = processor time without analyzers; the others = /reportanalyzer, one thread.");
        return 0;
    }

    private static void Print(Timing t) => Console.WriteLine(
        $"{t.Name,-22} {t.Lines,8:N0} {t.Calls,6:N0} {t.Compiler,9:F2} {t.Faultline,8:F3} {t.Ca2000,8:F3} {t.Disposables,8:F3} {Ratio(t.Faultline, t.Ca2000),11} {Ratio(t.Faultline, t.Compiler),13}");

    private static string Ratio(double part, double whole) => whole > 0 ? (part / whole).ToString("P1") : "-";
}

/// <summary>Seconds of one compilation; <see cref="Calls"/> is how often an allocation API is named.</summary>
internal sealed record Timing(string Name, int Lines, int Calls, double Compiler, double Faultline, double Ca2000, double Disposables)
{
    public static Timing Sum(string name, IEnumerable<Timing> timings) => timings.Aggregate(
        new Timing(name, 0, 0, 0, 0, 0, 0),
        (a, b) => new Timing(name, a.Lines + b.Lines, a.Calls + b.Calls, a.Compiler + b.Compiler, a.Faultline + b.Faultline, a.Ca2000 + b.Ca2000, a.Disposables + b.Disposables));
}
