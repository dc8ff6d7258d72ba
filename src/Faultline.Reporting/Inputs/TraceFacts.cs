namespace Faultline.Reporting;

/// <summary>
/// The trace that a run recorded: its file, what is in it, and why recording ended before the program did (null where it did not).
/// </summary>
public sealed record TraceFacts(string Path, long Events, long Bytes, string? StopReason)
{
    /// <summary>0 without events.</summary>
    public double BytesPerEvent => Events == 0 ? 0 : (double)Bytes / Events;
}
