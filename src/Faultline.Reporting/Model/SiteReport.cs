using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>What one call site did, and the sentences that its numbers support (often none).</summary>
public sealed record SiteReport(CallSite Site, Amounts Amounts, ulong PeakLiveBytes, IReadOnlyList<string> Verdicts);
