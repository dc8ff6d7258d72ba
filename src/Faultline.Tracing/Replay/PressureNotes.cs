using Faultline.Kernel;

namespace Faultline.Tracing.Replay;

/// <summary>What a memory limit or swap did to a replayed program, in sentences.</summary>
internal static class PressureNotes
{
    public static IEnumerable<string> Of(ReplayMachine machine, ReplayOptions options, ulong events)
    {
        VmStat stat = machine.Machine.Stat;
        if (options.MemoryLimitBytes is { } limit)
        {
            MemoryCgroup group = machine.Machine.Cgroups.Single();
            yield return FormattableString.Invariant(
                $"memory limit {limit >> 10:N0} KiB: at most {group.MaxUsage.Bytes.Value >> 10:N0} KiB were used; {group.FailCount:N0} charges did not fit at first");
        }

        if (options.SwapBytes > 0 || stat[VmEvent.pswpout] > 0)
            yield return FormattableString.Invariant(
                $"swap: {stat[VmEvent.pswpout]:N0} pages written, {stat[VmEvent.pswpin]:N0} read, {machine.Charged.Process.MajorFaults:N0} major faults (not charged to sites)");
        if (machine.Machine.Oom.Kills.Count > 0)
            yield return FormattableString.Invariant($"the OOM killer ended the program at event {events:N0}; what follows in the trace was not replayed");
    }
}
