namespace Faultline.Tracing.Scenarios.Language;

/// <summary>One word of a scenario's line, and where it stands.</summary>
/// <param name="Text">Without quotes, variables not yet filled in.</param>
/// <param name="Column">From 1.</param>
internal readonly record struct Word(string Text, int Column);
