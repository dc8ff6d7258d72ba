namespace Faultline.Kernel;

public sealed partial class Machine
{
    /// <summary>
    /// Called when reclaim found nothing more for a request of 2^order pages (mm/oom_kill.c out_of_memory). True: a process was
    /// killed and its memory given back, try again. False where nobody may be killed (init alone is left, or all are exempt) or where
    /// nobody waits for the memory: the request fails and the access that needed it answers <see cref="FaultOutcome.OutOfFrames"/>.
    /// </summary>
    internal bool OutOfMemory(OomConstraint constraint, int order, Process? requester) => requester != null
        && Oom.Kill(new OomRequest(requester, order, constraint, "/", [.. _processes], Oom.TotalPages));
}
