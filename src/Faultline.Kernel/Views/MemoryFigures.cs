// What free(1), vmstat(8) and top(1) call used, free, shared and cache, from /proc/meminfo as procps 4 computes them.

namespace Faultline.Kernel;

/// <summary>A machine's memory as procps sees it, in KiB.</summary>
public readonly record struct MemoryFigures
{
    public ulong Total { get; private init; }

    public ulong Free { get; private init; }

    /// <summary>What programs could still get without swapping.</summary>
    public ulong Available { get; private init; }

    /// <summary>All but what is available: cache that could be dropped is not used.</summary>
    public ulong Used => Total - Math.Min(Available, Total);

    public ulong Shared { get; private init; }

    public ulong Buffers { get; private init; }

    /// <summary>The page cache and slabs that can be shrunk.</summary>
    public ulong Cache { get; private init; }

    public ulong SwapTotal { get; private init; }

    public ulong SwapFree { get; private init; }

    public ulong SwapUsed => SwapTotal - SwapFree;

    public static MemoryFigures Of(Machine machine)
    {
        VmStat stat = machine.Stat;
        return new MemoryFigures
        {
            Total = Kib(machine.ManagedPages.Value),
            Free = Kib(machine.FreePages.Value),
            Available = Kib(MemInfo.Available(machine)),
            Shared = Kib(stat[VmEvent.nr_shmem]),
            Cache = Kib(stat[VmEvent.nr_file_pages] - stat[VmEvent.nr_swapcached] + stat[VmEvent.nr_slab_reclaimable]),
            SwapTotal = Kib(machine.SwapTotal.Value),
            SwapFree = Kib(machine.SwapFree.Value),
        };
    }

    internal static ulong Kib(ulong pages) => pages << (PageSize.Shift - 10);
}
