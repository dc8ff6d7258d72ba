using System.Diagnostics;
using Faultline.Shim.Engine;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Runtime;

/// <summary>
/// The end of a program that the compiler routed and that runs without the tool: after the final snapshot it writes its own report. The
/// writer comes with the program's code, for this assembly knows no reports.
/// </summary>
internal static class OwnEnd
{
    /// <summary>Names the file for the report, JSON if it ends in .json; %p in it is the process's number. Without it the report goes to standard error.</summary>
    public const string OutputVariable = "FAULTLINE_OUTPUT";

    /// <summary>Names the file for the measured profile, NAME.faultline.json; %p as above. Without it none is written.</summary>
    public const string ProfileVariable = "FAULTLINE_PROFILE";

    /// <summary>What the shell sees of a program that an exception ends which nobody catches: 128 + SIGABRT.</summary>
    private const int Aborted = 134;

    private static readonly long s_started = Stopwatch.GetTimestamp();
    private static Action<OwnRun>? s_report;

    /// <summary>Taken from the environment at once: child processes must not write to the same file.</summary>
    private static string? s_output;
    private static string? s_profile;

    public static void Expect(Action<OwnRun> report)
    {
        if (Interlocked.CompareExchange(ref s_report, report, null) != null || !OwnSession.IsWanted)
            return;
        s_output = TakeName(OutputVariable);
        s_profile = TakeName(ProfileVariable);
        OwnTrace.Expect(TakeName(OwnTrace.Variable));
        // A program that makes no routed call has a report too, which says so.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => ReportIfNothingWasCalled();
    }

    /// <summary>After the final snapshot. Never throws.</summary>
    public static void Write(ShimEngine engine, SnapshotReason reason)
    {
        // Under the tool the report is the tool's; a second end (an exit handler that throws) adds nothing.
        if (OwnSession.Options == null || Interlocked.Exchange(ref s_report, null) is not { } report)
            return;
        try
        {
            SiteTable sites = SiteNames.Table;
            OwnRecording? recording = OwnTrace.Finish(sites);
            report(new OwnRun(
                engine.Session, sites, Path.GetFileName(Environment.GetCommandLineArgs()[0]),
                reason == SnapshotReason.UnhandledException ? Aborted : Environment.ExitCode, Stopwatch.GetElapsedTime(s_started),
                (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100, HostMachine.RamBytes(), s_output)
            {
                Keys = s_profile == null ? [] : CompiledSites.ReadKeys(),
                Profile = s_profile,
                Recording = recording,
            });
        }
        catch (Exception failure)
        {
            Console.Error.WriteLine($"faultline: no report: {failure.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static string? TakeName(string variable) => SessionEnvironment.Take(variable)?.Replace("%p", Environment.ProcessId.ToString());

    private static void ReportIfNothingWasCalled()
    {
        if (ProcessRouting.IsSettled && ProcessRouting.Refusal is { } refusal)
            Console.Error.WriteLine($"faultline: nothing was measured, all calls went to the real functions: {refusal.ReplaceLineEndings(" ")}");
        if (ProcessRouting.IsSettled || ShimRuntime.Engine is not { } engine)
            return;
        engine.TakeSnapshot(SnapshotReason.Exit);
        Write(engine, SnapshotReason.Exit);
    }
}
