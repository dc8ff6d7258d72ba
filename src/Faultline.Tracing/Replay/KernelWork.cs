using Faultline.Kernel;

namespace Faultline.Tracing.Replay;

/// <summary>What the simulated kernel did for the program from its start to the trace's end.</summary>
/// <param name="MinorFaults">Huge ones included.</param>
/// <param name="HugeFaults">Faults that mapped a fresh page of 2 MiB.</param>
/// <param name="Frames">Frames of 4 KiB that were cleared and mapped or made a page table; those of huge pages not counted.</param>
/// <param name="Calls">System calls, by name.</param>
public readonly record struct KernelWork(ulong MinorFaults, ulong HugeFaults, ulong Frames, SystemCallCounts Calls)
{
    private const ulong HugeFrames = 512;

    /// <summary>Reads the counters of a machine with one process; <paramref name="atStart"/> is of the same machine, before it ran.</summary>
    internal static KernelWork Of(Machine machine, Process process, ulong atStart)
    {
        ulong huge = machine.Stat[VmEvent.thp_fault_alloc], zero = machine.Stat[VmEvent.thp_zero_page_alloc];
        ulong frames = AllocatedFrames(machine) - atStart;
        return new(process.MinorFaults, huge, frames - Math.Min(frames, (huge + zero) * HugeFrames), process.SystemCalls);
    }

    internal static ulong AllocatedFrames(Machine machine)
        => machine.Stat[VmEvent.pgalloc_dma] + machine.Stat[VmEvent.pgalloc_dma32] + machine.Stat[VmEvent.pgalloc_normal];
}
