using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>A call site's part in a finding: "allocated", "freed", "freed again".</summary>
public sealed record FindingStep(string Role, CallSite Site);

/// <summary>
/// One thing the program did wrong. <paramref name="RuleId"/> is the rule that finds the same before running, null if there is none.
/// <paramref name="Text"/> says what happened and <paramref name="Consequence"/> what it means outside of Faultline.
/// </summary>
public sealed record Finding(
    FindingKind Kind,
    string Title,
    string? RuleId,
    ulong Occurrences,
    string Text,
    string Consequence,
    IReadOnlyList<FindingStep> Steps,
    ulong Address,
    ulong BlockAddress,
    ulong BlockBytes,
    ulong Amount);
