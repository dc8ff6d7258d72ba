using Faultline.Kernel;
using Faultline.Tracing.Replay;
using Faultline.Tracing.WhatIf;

namespace Faultline.Tracing.Scenarios;

// Time passes by what the kernel does for a process: its faults, frames and system calls at the prices of KernelCost, reclaim and the swap device at
// those of the device's model. What the program itself does between them takes time only where 'cpu' says so.
internal sealed partial class ScenarioRun
{
    /// <summary>Nanoseconds so far, by what they are for.</summary>
    private readonly record struct TimeSpent(double Kernel, ulong Reclaim, ulong Waiting);

    private TimeSpent SpentFor(Process process)
    {
        (ulong working, ulong waiting) = Machine.ReclaimTime;
        return new(KernelCost.Estimate(KernelWork.Of(Machine, process, 0)), working, waiting);
    }

    /// <summary>The clock goes on by what a statement of a process took since <paramref name="before"/>.</summary>
    private void PassTime(Process process, in TimeSpent before)
    {
        TimeSpent now = SpentFor(process);
        ulong working = (ulong)Math.Round(now.Kernel - before.Kernel) + now.Reclaim - before.Reclaim, waiting = now.Waiting - before.Waiting;
        if (working + waiting != 0)
            Machine.PassKernelTime(process, working, waiting);
    }
}
