using Faultline.Tracing.Session;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>Decides how complete a session is, and says it in a sentence.</summary>
internal static class DataStateBuilder
{
    public static DataState Build(SessionReading session, RunFacts run, string? signal)
        => run.Replay is { } replay ? Replayed(replay) : Watched(session, run, signal);

    private static DataState Replayed(ReplayFacts replay) => replay.Damage == null
        ? new(Completeness.Final, null, "Final: replayed to the trace's end.")
        : new(Completeness.Interrupted, null, $"The trace is damaged; what comes before was replayed ({replay.Damage}).");

    private static DataState Watched(SessionReading session, RunFacts run, string? signal) => Judge(session) switch
    {
        Completeness.NotStarted => new(Completeness.NotStarted, null,
            "Nothing was measured: the program ended before Faultline's start-up hook ran in it, so no call was routed."),
        Completeness.Refused => new(Completeness.Refused, null,
            $"Nothing was measured: {Reason(session)}; all calls went to the real functions."),
        Completeness.CountersOnly => new(Completeness.CountersOnly, null,
            $"{End(run, signal)} before the first snapshot: counters are up to the last call, nothing is known about pages."),
        Completeness.Interrupted => Interrupted(session, run, signal),
        _ => new(Completeness.Final, null, Final(session)),
    };

    private static Completeness Judge(SessionReading session) => (session.Header.State, session.Snapshot) switch
    {
        (SessionState.Created, _) => Completeness.NotStarted,
        (SessionState.Refused, _) => Completeness.Refused,
        (_, null) => Completeness.CountersOnly,
        (SessionState.Finished, _) => Completeness.Final,
        _ => Completeness.Interrupted,
    };

    private static DataState Interrupted(SessionReading session, RunFacts run, string? signal)
    {
        long nanoseconds = run.EndedUnixNanoseconds - session.Snapshot!.Value.UnixNanoseconds;
        TimeSpan age = TimeSpan.FromMicroseconds(Math.Max(0, nanoseconds) / 1000);
        return new(Completeness.Interrupted, age,
            $"{End(run, signal)} without a final snapshot: counters are up to the last call, pages as of {Duration(age)} before.");
    }

    private static string Final(SessionReading session) => session.Snapshot!.Value.Reason == SnapshotReason.UnhandledException
        ? "Final: the last snapshot was taken when an exception that nobody caught ended the program."
        : "Final: the last snapshot was taken when the program ended.";

    private static string End(RunFacts run, string? signal) => signal == null
        ? $"The program ended with exit code {run.ExitCode}"
        : $"The program was killed by {signal}";

    private static string Reason(SessionReading session)
        => session.NotesOf("refused").FirstOrDefault() ?? "the shim could not start in the program";
}
