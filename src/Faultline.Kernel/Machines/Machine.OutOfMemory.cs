namespace Faultline.Kernel;

public sealed partial class Machine
{
    /// <summary>
    /// Called when reclaim found nothing more for a request of 2^order pages (mm/oom_kill.c out_of_memory), of the machine or of a
    /// memory cgroup at its limit. True: a process was killed and its memory given back, try again. False where nobody may be killed
    /// (init alone is left, or all are exempt) or where nobody waits for the memory: the request fails and the access that needed it
    /// answers <see cref="FaultOutcome.OutOfFrames"/>. Where the requester itself was chosen it gets nothing more, and ends as soon as
    /// its request has failed.
    /// </summary>
    internal bool OutOfMemory(OomConstraint constraint, int order, Process? requester, MemoryCgroup? group = null)
    {
        if (requester == null || (_swappingOff && group == null))
            return false;
        // It is the parent that runs during a fork: chosen itself, it must get out of it first.
        requester = requester.Maker ?? requester;
        OomRequest request = group == null
            ? new OomRequest(requester, order, constraint, "/", [.. _processes.Where(process => process.Maker == null)], Oom.TotalPages)
            : new OomRequest(requester, order, constraint, group.Path, [.. group.Members.Where(process => process.Maker == null)], group.LimitPages + Swap.Pages);
        return Oom.Kill(request);
    }
}
