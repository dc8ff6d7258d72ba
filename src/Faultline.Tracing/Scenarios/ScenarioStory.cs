using Faultline.Kernel;

namespace Faultline.Tracing.Scenarios;

/// <summary>A scenario that was carried out, and its machine, to look at.</summary>
public sealed class ScenarioStory : IDisposable
{
    private readonly ScenarioRun _run;

    internal ScenarioStory(ScenarioRun run) => _run = run;

    public ScenarioResult Result => new(_run.Statements, _run.Expectations);

    /// <summary>Valid until this is disposed.</summary>
    public Machine Machine => _run.Machine;

    public void Dispose() => _run.Dispose();
}
