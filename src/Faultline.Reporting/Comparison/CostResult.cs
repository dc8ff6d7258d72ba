using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>
/// What a run cost, in the common form that limits are checked on and runs are compared by: read from a report's JSON or a profile, or made of a
/// replayed trace.
/// </summary>
/// <param name="Name">The file, as the user named it.</param>
/// <param name="Program">The program's file name.</param>
/// <param name="Totals">Of the whole run.</param>
/// <param name="Sites">Those that handed out blocks. Their files are full paths where that is known.</param>
/// <param name="Findings">What the program did wrong; null where the file does not say (a profile).</param>
/// <param name="Settings">Of the models that made the figures, as far as the file has them.</param>
public sealed record CostResult(string Name, string Program, MeasuredTotals Totals, IReadOnlyList<CostSite> Sites, IReadOnlyList<CostFinding>? Findings, IReadOnlyList<CostSetting> Settings);

/// <summary>One site of a <see cref="CostResult"/>. Faults are null where pages are not known, pinned pages where no profile was made.</summary>
public sealed record CostSite(CallSite Site, string? Key, Amounts Amounts, ulong? MinorFaults, ulong? PinnedPages);

/// <summary>A finding, as far as a limit needs it. <paramref name="RuleId"/> is null where no rule finds the same.</summary>
public sealed record CostFinding(string Title, string? RuleId, ulong Occurrences, string Text, CallSite? Site);

/// <summary>What a run was simulated with. The names of two results are the same where they mean the same.</summary>
public sealed record CostSetting(string Name, string Value);
