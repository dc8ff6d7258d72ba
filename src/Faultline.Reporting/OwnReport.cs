using System.Globalization;
using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>
/// The report of a program that the compiler routed, written by itself at its end: the same as the tool's. Uses nothing that a program compiled ahead of
/// time would not have.
/// </summary>
public static class OwnReport
{
    /// <summary>Names the file for the report.</summary>
    internal const string OutputVariable = "FAULTLINE_OUTPUT";

    private const int Top = 10;

    private const string Routed = "the compiler routed the calls of these assemblies; those in other assemblies, and those that FLT1101 names, went to the real functions";

    /// <summary>Writes it to standard error, or to the file that is asked for, and the profile where one is. Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> where that cannot be.</summary>
    public static void Write(OwnRun run)
    {
        // The program's culture must not change the report's numbers.
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            Report report = Build(run);
            try
            {
                if (run.Output == null)
                    WriteError(report);
                else
                    WriteFile(report, run.Output);
            }
            finally
            {
                OwnProfile.Write(report, run);
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    internal static Report Build(OwnRun run)
    {
        RunFacts facts = new(run.Program, run.Program, run.ExitCode, run.WallTime, run.EndedUnixNanoseconds, run.HostRamBytes)
        {
            IsOwn = true,
            Trace = run.Recording is { } own ? new TraceFacts(own.Path, own.Result.Events, own.Result.Bytes, own.Result.StopReason) : null,
        };
        RoutedAssembly[] routed = [.. run.Sites.Sites.GroupBy(site => site.Assembly).Select(sites => new RoutedAssembly(sites.Key, sites.Count(), HasSymbols: true))];
        RoutingFacts routing = new("CompileTime", routed, [], [], [], [Routed]);
        return ReportBuilder.Build(SessionReading.Take(run.Session), run.Sites, facts, routing);
    }

    private static void WriteError(Report report)
    {
        bool terminal = !Console.IsErrorRedirected;
        bool colour = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        TextReport.Write(report, Console.Error, new TextOptions(terminal && Console.WindowWidth > 0 ? Console.WindowWidth : null, colour, Top));
    }

    /// <summary>Under a temporary name until it is whole. What is there already is kept, and the report goes to standard error.</summary>
    private static void WriteFile(Report report, string named)
    {
        using OwnFile? file = OwnFile.Create(named, OutputVariable);
        if (file == null)
        {
            WriteError(report);
            return;
        }

        if (named.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            JsonReport.Write(report, file.Stream);
        }
        else
        {
            using StreamWriter text = new(file.Stream, leaveOpen: true) { NewLine = "\n" };
            TextReport.Write(report, text, new TextOptions(Top: Top));
        }

        file.Commit();
        Console.Error.WriteLine($"faultline: report written to {named}");
    }
}
