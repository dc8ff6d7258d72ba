namespace Faultline.Kernel;

/// <summary>/sys/kernel/mm/transparent_hugepage/enabled.</summary>
public enum ThpPolicy
{
    Never = 0,

    /// <summary>Only where madvise(MADV_HUGEPAGE) asked for it: the default of most distributions.</summary>
    MadviseOnly = 1,
    Always = 2,
}

/// <summary>The hardware and the settings of a simulated machine.</summary>
public sealed record MachineOptions
{
    /// <summary>Physical memory in bytes, a page multiple; at least 64 MiB.</summary>
    public ulong RamBytes { get; init; } = 16UL << 30;

    /// <summary>Processors, 1 or more: each keeps page lists of its own.</summary>
    public int Cpus { get; init; } = 2;

    public ThpPolicy Thp { get; init; } = ThpPolicy.MadviseOnly;
}
