namespace Faultline.Weaver;

/// <summary>
/// How to start the rewritten application: a program, its arguments, variables to add to the environment, the table of call
/// sites (<c>Sites[i].Id == i + 1</c>) and what was and was not routed.
/// </summary>
public sealed record LaunchPlan(
    string FileName,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<WovenSite> Sites,
    RoutingSummary Summary);
