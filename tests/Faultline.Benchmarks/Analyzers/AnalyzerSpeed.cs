// What the rules cost in a build, beside two well-known analyzers that also follow values through methods: CA2000 of Microsoft's
// NetAnalyzers and IDisposableAnalyzers, all in one run of the SDK's compiler with /reportanalyzer. The sources are this repository's
// projects and packages, decompiled into the work folder and never kept in the repository; what does not compile is not measured. A new
// process spends most of an analyzer's time on compiling the analyzer itself, so each set is measured in a compiler server too.
// Before that: how the time grows with a method.

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
        using CompilerServer server = new();
        CompilerRun compiler = new(workshop, server);
        SourceSet[] packages = [.. workshop.Sets()];
        compiler.WarmUp(packages.MinBy(set => set.Lines)!);
        Console.WriteLine($"{"",-38} {"first: in a process of its own",57}   {"warm: in a compiler server",50}");
        Console.WriteLine($"{"sources",-22} {"lines",8} {"calls",6} {Head} {"IDISP",7}   {Head}");
        List<Timing> all = [.. Measure(packages, compiler, Print)];
        List<Timing> own = [.. Measure(OwnProjects.In(workshop), compiler, static _ => { })];
        Print(Timing.Sum($"our {own.Count} projects", own));
        all.AddRange(own);
        Print(Timing.Sum("all", all));
        Print(Timing.Sum("all that allocate", [.. all.Where(timing => timing.Calls > 0)]));
        Print(Timing.Sum("all that do not", [.. all.Where(timing => timing.Calls == 0)]));
        Console.WriteLine("Seconds: compiler = processor time without analyzers; the others = /reportanalyzer, one thread.");
        return 0;
    }

    private static string Head => $"{"compiler",8} {"FLT",7} {"CA2000",7} {"FLT/CA2000",11} {"FLT/compiler",13}";

    private static IEnumerable<Timing> Measure(IEnumerable<SourceSet> sets, CompilerRun compiler, Action<Timing> print)
    {
        foreach (SourceSet set in sets)
        {
            if (compiler.Measure(set) is not { } timing)
                continue;
            print(timing);
            yield return timing;
        }
    }

    private static void Print(Timing t)
        => Console.WriteLine($"{t.Name,-22} {t.Lines,8:N0} {t.Calls,6:N0} {Columns(t.First)} {t.First.Disposables,7:F2}   {Columns(t.Warm)}");

    private static string Columns(Seconds s) => $"{s.Compiler,8:F2} {s.Faultline,7:F3} {s.Ca2000,7:F3} {s.OfCa2000,11} {s.OfCompiler,13}";
}
