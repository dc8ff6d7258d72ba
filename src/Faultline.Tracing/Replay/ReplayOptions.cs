using Faultline.Kernel;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

/// <summary>What a replay takes the program to have touched where the trace does not say.</summary>
public enum AssumedTouches
{
    /// <summary>Nothing but what the allocator itself touches.</summary>
    None,

    /// <summary>Every block is written whole right after it was allocated.</summary>
    Written,
}

/// <summary>The machine and the settings to replay a trace under; what is null is taken from the trace, else the usual default.</summary>
public sealed record ReplayOptions
{
    /// <summary>Bytes, a page multiple from 64 MiB to 8 TiB. Default 16 GiB.</summary>
    public ulong? RamBytes { get; init; }

    /// <summary>Default 2.</summary>
    public int? Cpus { get; init; }

    /// <summary>Default madvise.</summary>
    public ThpPolicy? Thp { get; init; }

    /// <summary>In the form of GLIBC_TUNABLES; they override those that the trace was recorded under.</summary>
    public string Tunables { get; init; } = "";

    /// <summary>Only for traces without touches.</summary>
    public AssumedTouches Touches { get; init; } = AssumedTouches.Written;

    /// <summary>What a trace's name is in the one site that stands for a trace without sites.</summary>
    public string TraceName { get; init; } = "trace";

    internal MachineOptions MachineFor(TraceMetadata trace) => new()
    {
        RamBytes = RamBytes ?? (trace.RamBytes is >= 64UL << 20 and <= 8UL << 40 ? PageSize.Down(trace.RamBytes) : new MachineOptions().RamBytes),
        Cpus = Cpus ?? (trace.Cpus is >= 1 and <= 4096 ? trace.Cpus : new MachineOptions().Cpus),
        Thp = Thp ?? (trace.ThpPolicy is >= 0 and <= 2 ? (ThpPolicy)trace.ThpPolicy : ThpPolicy.MadviseOnly),
    };

    /// <summary>Of two settings for one name the last counts.</summary>
    internal string TunablesFor(TraceMetadata trace)
        => string.Join(':', new[] { trace.Tunables, Tunables }.Where(text => text.Length > 0));
}
