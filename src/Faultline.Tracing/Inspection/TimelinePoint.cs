namespace Faultline.Tracing.Inspection;

/// <summary>
/// The simulated process after an event. Counters are since the start; the highest values are over the events since the point before.
/// Times are the trace's: nanoseconds, or the event's place where it has none.
/// </summary>
public readonly record struct TimelinePoint
{
    /// <summary>How many events were applied; 0 for the start.</summary>
    public ulong Event { get; init; }

    public ulong Time { get; init; }

    public ulong VirtualPages { get; init; }

    public ulong ResidentPages { get; init; }

    /// <summary>The highest since the point before.</summary>
    public ulong HighestResidentPages { get; init; }

    /// <summary>Bytes asked for and not given back.</summary>
    public ulong LiveBytes { get; init; }

    public ulong HighestLiveBytes { get; init; }

    public ulong MinorFaults { get; init; }

    public ulong MajorFaults { get; init; }

    public ulong BrkCalls { get; init; }

    public ulong MmapCalls { get; init; }

    public ulong MunmapCalls { get; init; }

    /// <summary>How often the break was lowered, and the bytes given back by it.</summary>
    public ulong Trims { get; init; }

    public ulong TrimmedBytes { get; init; }

    /// <summary>Pages of the whole machine written to swap and read from it.</summary>
    public ulong SwappedOut { get; init; }

    public ulong SwappedIn { get; init; }

    public ulong MmapThreshold { get; init; }

    /// <summary>This point and the one before it as one interval, which ends where this one ends.</summary>
    internal TimelinePoint After(in TimelinePoint before) => this with
    {
        HighestResidentPages = Math.Max(HighestResidentPages, before.HighestResidentPages),
        HighestLiveBytes = Math.Max(HighestLiveBytes, before.HighestLiveBytes),
    };
}

/// <summary>What a <see cref="TimelineMarker"/> marks.</summary>
public enum MarkerKind
{
    /// <summary>A free of a mapped block moved glibc's mmap threshold (M_MMAP_THRESHOLD), or the program set it.</summary>
    Threshold,

    /// <summary>The OOM killer ended the process.</summary>
    OutOfMemory,
}

/// <summary>A moment of note: after which event, which thread's call at which site, and the value before and after (bytes; 0 for a kill).</summary>
public readonly record struct TimelineMarker(MarkerKind Kind, ulong Event, ulong Time, int Site, ulong Before, ulong After);
