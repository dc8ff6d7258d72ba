using Faultline.Tracing.Recording;

namespace Faultline.Tracing.Session;

/// <summary>
/// The run of a program that the compiler routed and that was not started by the tool, at its end: what the program knows of itself for its report.
/// <paramref name="Program"/> is its file, <paramref name="ExitCode"/> is 128 + signal where it ends by one, <paramref name="EndedUnixNanoseconds"/> is
/// CLOCK_REALTIME, <paramref name="HostRamBytes"/> 0 if not known. <paramref name="Output"/> names a file for the report; null for standard error.
/// </summary>
public sealed record OwnRun(
    SessionFile Session,
    SiteTable Sites,
    string Program,
    int ExitCode,
    TimeSpan WallTime,
    long EndedUnixNanoseconds,
    ulong HostRamBytes,
    string? Output)
{
    /// <summary>Of the sites that the compiler routed.</summary>
    public IReadOnlyList<SourceKey> Keys { get; init; } = [];

    /// <summary>Names a file for the measured profile; null where none is wanted.</summary>
    public string? Profile { get; init; }

    /// <summary>What was recorded of the run; null where nothing was.</summary>
    public OwnRecording? Recording { get; init; }
}

/// <summary>The file that a program recorded itself into, and what is in it.</summary>
public sealed record OwnRecording(string Path, RecordingResult Result);
