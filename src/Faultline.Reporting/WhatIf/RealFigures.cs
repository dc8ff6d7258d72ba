namespace Faultline.Reporting;

/// <summary>What a trace cost a real process: resident bytes above those from before it, and minor faults.</summary>
public readonly record struct RealFigures(ulong PeakRss, ulong RssAtEnd, ulong MinorFaults);

/// <summary>The same settings on a real C library and kernel.</summary>
/// <param name="Host">Library and kernel, by version.</param>
/// <param name="Rows">In the order of the comparison's rows.</param>
/// <param name="Mismatches">In what the host is not what the model describes, one sentence each.</param>
public sealed record RealComparison(string Host, IReadOnlyList<RealFigures> Rows, IReadOnlyList<string> Mismatches);
