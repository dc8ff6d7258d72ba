using Faultline.Tracing.Scenarios.Language;

namespace Faultline.Tracing.Scenarios;

/// <summary>A statement cannot be carried out; the run knows its line and makes the message of it.</summary>
internal sealed class ScenarioStop(Word at, string what, bool isUnmet = false) : Exception(what)
{
    public Word At { get; } = at;

    /// <summary>An expectation that is not met, not a mistake.</summary>
    public bool IsUnmet { get; } = isUnmet;
}
