using System.Diagnostics;
using System.Globalization;
using System.Text;
using Faultline.TestSupport;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;
using Faultline.Tracing.Generation;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Session;
using Faultline.Tracing.Text;

namespace Faultline.Benchmarks;

/// <summary>
/// What a page costs: traces of some lengths, generated with a few hundred sites, and for each the time, the processors' time, the most memory and the
/// page's size of <c>faultline report</c> as a process of its own, beside <c>faultline replay</c> of the same trace.
/// </summary>
internal static class ReportSpeed
{
    private const int Sites = 400;
    private const int Batch = 4096;

    public static int Run(string[] arguments)
    {
        int[] lengths = arguments.Length == 0 ? [1_000_000, 10_000_000] : [.. arguments.Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        string folder = Directory.CreateTempSubdirectory("faultline-report-speed-").FullName;
        try
        {
            Console.WriteLine("    events  trace MiB  report s  its CPU s  peak MiB  page MiB  replay s  report/replay");
            foreach (int length in lengths)
            {
                string trace = Path.Combine(folder, "generated.fltrace"), page = Path.Combine(folder, "page.html");
                Generate(trace, length);
                (double replay, _, _) = Measure("replay", trace, "--output", Path.Combine(folder, "replay.txt"), "--force");
                (double report, double processors, double peak) = Measure("report", trace, "--output", page, "--force");
                Console.WriteLine(FormattableString.Invariant(
                    $"{length,10:N0} {MiB(new FileInfo(trace).Length),10:0.0} {report,9:0.0} {processors,10:0.0} {peak,9:0} {MiB(new FileInfo(page).Length),9:0.00} {replay,9:0.0} {report / replay,14:0.00}"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    /// <summary>A generated text trace as .fltrace; blocks of one size class come from one of a few sites.</summary>
    private static void Generate(string path, int operations)
    {
        string text = path + ".trace";
        using (StreamWriter writer = new(text, append: false, new UTF8Encoding(false), 1 << 20))
            TextTraceWriter.Write(TraceGenerator.Generate(TraceProfile.All.Single(profile => profile.Name == "mixed"), seed: 1, operations), writer);
        using ITraceSource source = TraceImport.Open(text);
        using TraceWriter trace = TraceWriter.Create(path, source.Metadata, overwrite: true);
        trace.AddSites(Enumerable.Range(1, Sites).Select(id => new CallSite(id, "Generated", $"Part{id / 20}", $"Method{id / 4}", "NativeMemory.Alloc", $"/src/Part{id / 20}.cs", id)));
        TraceEvent[] events = new TraceEvent[Batch];
        for (int count; (count = source.Read(events)) > 0;)
            foreach (TraceEvent e in events.AsSpan(0, count))
                trace.Append(e.Allocates ? e with { Site = 1 + (int)((e.Size / 16 + e.Address / 4096) % Sites) } : e);
        File.Delete(text);
    }

    /// <summary>Seconds, processors' seconds, and MiB that were resident at most, of a run of the tool.</summary>
    private static (double Seconds, double Processors, double Peak) Measure(params string[] arguments)
    {
        string tool = Repository.Path("src", "Faultline.Tool", "bin", "Release", "net10.0", "faultline.dll");
        Stopwatch watch = Stopwatch.StartNew();
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [tool, .. arguments]) { RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        (double processors, long peak) = (0, 0);
        while (!process.WaitForExit(50))
        {
            try
            {
                process.Refresh();
                (processors, peak) = (process.TotalProcessorTime.TotalSeconds, Math.Max(peak, process.PeakWorkingSet64));
            }
            catch (InvalidOperationException)
            {
                // It ended meanwhile, and Linux no longer says what it took: the last look stands, at most 50 ms old.
            }
        }

        return process.ExitCode == 0 ? (watch.Elapsed.TotalSeconds, processors, MiB(peak)) : throw new InvalidOperationException(error.Result);
    }

    private static double MiB(long bytes) => bytes / (1024.0 * 1024);
}
