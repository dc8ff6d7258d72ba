using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>
/// A site that is worth changing: what to do in a few words, why in a sentence, and what it would save, each with a number. <paramref name="Weight"/>
/// is the largest share that it would save of the program's faults, resident bytes or blocks: what ranks.
/// </summary>
public sealed record Advice(CallSite Site, string Title, string Text, IReadOnlyList<string> Savings, double Weight);
