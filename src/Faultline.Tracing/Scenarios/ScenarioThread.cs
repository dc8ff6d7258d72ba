using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.Scenarios;

/// <summary>A thread of a scenario's process beside its first.</summary>
/// <param name="name">What the scenario calls it.</param>
/// <param name="task">The kernel's side.</param>
/// <param name="malloc">Its arena and its cache.</param>
/// <param name="stack">Its stack.</param>
internal sealed class ScenarioThread(string name, ProcessThread task, MallocThread malloc, ThreadStack stack)
{
    public string Name { get; } = name;

    public ProcessThread Task { get; } = task;

    public MallocThread Malloc { get; } = malloc;

    public ThreadStack Stack { get; } = stack;

    /// <summary>The line at which it ended; 0 while it runs.</summary>
    public int EndedAt { get; set; }
}
