namespace Faultline.Kernel;

/// <summary>Within which bounds memory ran out (include/linux/oom.h, 6.18).</summary>
internal enum OomConstraint
{
    /// <summary>The whole machine.</summary>
    None,

    /// <summary>A memory cgroup reached its limit.</summary>
    MemoryCgroup,
}

public sealed partial class Machine
{
    /// <summary>
    /// Called when reclaim found nothing more for a request of 2^order pages (mm/oom_kill.c out_of_memory). True: memory was given
    /// back, try again. Nothing is ever killed here, so the request fails and the access that needed it answers
    /// <see cref="FaultOutcome.OutOfFrames"/>.
    /// </summary>
    internal bool OutOfMemory(OomConstraint constraint, int order, Process? requester) => false;
}
