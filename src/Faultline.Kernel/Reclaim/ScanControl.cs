namespace Faultline.Kernel;

/// <summary>One run of reclaim (struct scan_control, mm/vmscan.c, 6.18).</summary>
internal sealed class ScanControl
{
    /// <summary>A first look takes the 4096th part of a list, each further one twice as much.</summary>
    public const int DefaultPriority = 12;

    /// <summary>Pages looked at in one go, and the least that reclaim is asked for (SWAP_CLUSTER_MAX).</summary>
    public const int Batch = 32;

    /// <summary>The cgroup that reached its limit; null: the machine is short.</summary>
    public MemoryCgroup? Group { get; init; }

    public bool IsKswapd { get; init; }

    /// <summary>Pages go whether they were used or not (ignore_references).</summary>
    public bool IgnoresReferences { get; init; }

    public ulong Wanted { get; set; } = Batch;

    public int Priority { get; set; } = DefaultPriority;

    /// <summary>Pages looked at since the last step of the priority.</summary>
    public ulong Scanned { get; set; }

    public ulong Reclaimed { get; set; }

    /// <summary>Active pages of a kind may become inactive: the inactive list is short, or pages come back that should have stayed.</summary>
    public bool DeactivateAnon { get; set; }

    public bool DeactivateFile { get; set; }

    public bool ForceDeactivate { get; set; }

    public bool SkippedDeactivate { get; set; }

    /// <summary>There is so much unused page cache that nothing else need be looked at.</summary>
    public bool TrimsCache { get; set; }

    /// <summary>There is next to no page cache left to take.</summary>
    public bool FileIsTiny { get; set; }

    /// <summary>What reclaim of a kind has lately cost.</summary>
    public ulong AnonCost { get; set; }

    public ulong FileCost { get; set; }

    /// <summary>May active pages of the kind (0 anonymous, 1 files) be made inactive?</summary>
    public bool Deactivates(int file) => file == 0 ? DeactivateAnon : DeactivateFile;
}
