using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Events;

/// <summary>What the events' Time field holds.</summary>
public enum TraceClock
{
    /// <summary>Nanoseconds since <see cref="TraceMetadata.StartedUnixNanoseconds"/>.</summary>
    Nanoseconds = 0,

    /// <summary>The event's place in the order: the input had no times.</summary>
    Order = 1,
}

/// <summary>Where a trace's Write and Read events come from.</summary>
public enum TouchKnowledge
{
    /// <summary>There are none: a replay has to assume what the program touched.</summary>
    None = 0,

    /// <summary>Seen by page, some time after the touch (Flags.Pages).</summary>
    Observed = 1,

    /// <summary>Said by the trace, by block and byte.</summary>
    Declared = 2,
}

/// <summary>
/// What is true of a whole trace: the program, the machine that it was recorded on or for, and how to read the events.
/// Sizes and addresses are bytes; 0 and "" mean that it is not known.
/// </summary>
public sealed record TraceMetadata
{
    /// <summary>Who made it: "faultline", "text", "heaptrack" or "mtrace".</summary>
    public string Source { get; init; } = "faultline";

    /// <summary>The recorded program's command line.</summary>
    public string Program { get; init; } = "";

    public int ProcessId { get; init; }

    /// <summary>CLOCK_REALTIME at Time 0.</summary>
    public long StartedUnixNanoseconds { get; init; }

    public TraceClock Clock { get; init; }

    public TouchKnowledge Touches { get; init; }

    /// <summary>How they were observed, as reports name it: "observe/pagemap-scan".</summary>
    public string Observer { get; init; } = "";

    /// <summary>For which allocations the call stack is known.</summary>
    public StackSampling Stacks { get; init; }

    /// <summary>Addresses are those that the program got; else they were made up from block numbers.</summary>
    public bool TrueAddresses { get; init; } = true;

    /// <summary>Profiles as reports name them: "glibc-2.36", "linux-6.x".</summary>
    public string LibcProfile { get; init; } = "";

    public string KernelProfile { get; init; } = "";

    public ulong RamBytes { get; init; }

    public int Cpus { get; init; }

    /// <summary>/sys/kernel/mm/transparent_hugepage/enabled: 0 never, 1 madvise, 2 always; null unknown.</summary>
    public int? ThpPolicy { get; init; }

    /// <summary>GLIBC_TUNABLES in force, as in the environment: "glibc.malloc.arena_max=2:…".</summary>
    public string Tunables { get; init; } = "";

    /// <summary>Where the brk heap starts.</summary>
    public ulong HeapStart { get; init; }

    /// <summary>Bytes from there that the break may not pass; 0 where there is no obstacle.</summary>
    public ulong HeapRoom { get; init; }

    /// <summary>Exclusive top of the area that mmap searches downwards.</summary>
    public ulong MmapTop { get; init; }

    /// <summary>Text of the program's /proc/self/maps from before its Main, without what watching it mapped.</summary>
    public string Maps { get; init; } = "";
}
