namespace Faultline.Tracing.Recording;

/// <summary>
/// A recording that was closed: events and bytes in the file, why it ended before the program did (null where it did not), and the call stacks that the program walked,
/// the time of that over all threads, and those of which nothing could be kept.
/// </summary>
public sealed record RecordingResult(long Events, long Bytes, string? StopReason, long StackWalks, TimeSpan StackWalkTime, long StacksLost);
