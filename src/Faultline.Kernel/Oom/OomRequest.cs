namespace Faultline.Kernel;

/// <summary>Why memory could not be had (enum oom_constraint).</summary>
internal enum OomConstraint
{
    /// <summary>The machine is out of memory.</summary>
    None,

    /// <summary>A memory cgroup is at its limit.</summary>
    MemoryCgroup,
}

/// <summary>One call of the OOM killer (struct oom_control).</summary>
/// <param name="Current">Whose allocation failed.</param>
/// <param name="Order">Of the block that was asked for.</param>
/// <param name="Constraint">What ran out.</param>
/// <param name="Cgroup">Path of the cgroup that ran out; "/" for the machine.</param>
/// <param name="Candidates">Processes to choose from, in the order of their start.</param>
/// <param name="TotalPages">RAM and swap, or the cgroup's limit.</param>
internal sealed record OomRequest(Process Current, int Order, OomConstraint Constraint, string Cgroup, IReadOnlyList<Process> Candidates, ulong TotalPages);

/// <summary>What the killer did.</summary>
/// <param name="Pid">Of the victim.</param>
/// <param name="Comm">Its name.</param>
/// <param name="Badness">Points by which it was chosen: pages for the modern profile.</param>
/// <param name="FreedPages">Resident pages that it had.</param>
/// <param name="Time">Simulated nanoseconds since boot.</param>
/// <param name="InvokedBy">Name of the process whose allocation failed.</param>
public sealed record OomKill(int Pid, string Comm, long Badness, ulong FreedPages, ulong Time, string InvokedBy);
