using Faultline.Tracing.Stacks;

namespace Faultline.Reporting;

/// <summary>
/// The trace that a run recorded: its file, what is in it, and why recording ended before the program did (null where it did not).
/// </summary>
public sealed record TraceFacts(string Path, long Events, long Bytes, string? StopReason)
{
    /// <summary>Null where no call stacks were asked for.</summary>
    public StackFacts? Stacks { get; init; }

    /// <summary>0 without events.</summary>
    public double BytesPerEvent => Events == 0 ? 0 : (double)Bytes / Events;
}

/// <summary>
/// What recording call stacks cost: for which allocations, how many stacks were walked, how long that took over all threads, and of how many
/// nothing could be kept (no managed frame, or no room).
/// </summary>
public sealed record StackFacts(StackSampling Sampling, long Walks, TimeSpan WalkTime, long Lost)
{
    /// <summary>Walking as a share of the program's time; above 1 where several threads walked at once.</summary>
    public double ShareOf(TimeSpan wallTime) => wallTime <= TimeSpan.Zero ? 0 : WalkTime / wallTime;
}
