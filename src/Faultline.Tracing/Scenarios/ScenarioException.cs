namespace Faultline.Tracing.Scenarios;

/// <summary>A scenario that cannot go on: the message is one line, "name:line:column: what, the value: what to do".</summary>
public sealed class ScenarioException(string name, int line, int column, string message, bool isUnmet = false) : Exception($"{name}:{line}:{column}: {message}")
{
    /// <summary>From 1.</summary>
    public int Line { get; } = line;

    /// <summary>From 1, in characters.</summary>
    public int Column { get; } = column;

    /// <summary>The scenario is well written and what it expects is not the case; else it cannot be carried out.</summary>
    public bool IsUnmet { get; } = isUnmet;
}
