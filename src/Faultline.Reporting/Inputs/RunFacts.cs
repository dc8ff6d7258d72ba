namespace Faultline.Reporting;

/// <summary>
/// What the process that started the program saw of it. <paramref name="Target"/> is what the user named on the command line,
/// <paramref name="ExitCode"/> is 128 + signal for a program that a signal ended, <paramref name="EndedUnixNanoseconds"/> is
/// CLOCK_REALTIME at its end and <paramref name="HostRamBytes"/> the real machine's memory (0 if not known).
/// </summary>
public sealed record RunFacts(
    string Target,
    string Program,
    int ExitCode,
    TimeSpan WallTime,
    long EndedUnixNanoseconds,
    ulong HostRamBytes)
{
    /// <summary>What was recorded of the run; null where nothing was to be.</summary>
    public TraceFacts? Trace { get; init; }

    /// <summary>The compiler routed the program, and no tool started it: it is run again as it was.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Set where no program ran, but a trace was replayed.</summary>
    public ReplayFacts? Replay { get; init; }
}
