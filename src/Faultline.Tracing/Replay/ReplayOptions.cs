using Faultline.Kernel;
using Faultline.Libc;
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

    /// <summary>The simulated glibc. Default glibc-2.36.</summary>
    public LibcProfile? Libc { get; init; }

    /// <summary>Default madvise.</summary>
    public ThpPolicy? Thp { get; init; }

    /// <summary>Size of the swap area, bytes; 0: none.</summary>
    public ulong SwapBytes { get; init; }

    /// <summary>Memory limit of the cgroup that the program runs in, bytes, as a container's; null: none.</summary>
    public ulong? MemoryLimitBytes { get; init; }

    /// <summary>In the form of GLIBC_TUNABLES; they override those that the trace was recorded under.</summary>
    public string Tunables { get; init; } = "";

    /// <summary>Names of tunables that are not to be set, whatever the trace was recorded under.</summary>
    public IReadOnlyList<string> Unset { get; init; } = [];

    /// <summary>Only for traces without touches.</summary>
    public AssumedTouches Touches { get; init; } = AssumedTouches.Written;

    /// <summary>Whether sizes, lifetimes and pinning are measured by site (<see cref="ReplayResult.Measurements"/>), which takes time.</summary>
    public bool Measures { get; init; }

    /// <summary>A block is temporary if its thread frees it with at most so many other allocations of its own between; 0: before it allocates again.</summary>
    public ulong TemporaryWithin { get; init; }

    /// <summary>What a trace's name is in the one site that stands for a trace without sites.</summary>
    public string TraceName { get; init; } = "trace";

    /// <summary>The same with one tunable at a value, or with it unset (null).</summary>
    public ReplayOptions WithTunable(string name, ulong? value)
    {
        IEnumerable<string> others = Settings(Tunables).Where(setting => NameOf(setting) != name);
        return value is { } number
            ? this with { Tunables = string.Join(':', others.Append(FormattableString.Invariant($"{name}={number}"))), Unset = [.. Unset.Where(n => n != name)] }
            : this with { Tunables = string.Join(':', others), Unset = [.. Unset.Where(n => n != name), name] };
    }

    internal LibcProfile LibcFor(TraceMetadata trace) => Libc ?? LibcProfile.Find(trace.LibcProfile) ?? LibcProfile.Default;

    internal MachineOptions MachineFor(TraceMetadata trace) => new()
    {
        RamBytes = RamBytes ?? (trace.RamBytes is >= 64UL << 20 and <= 8UL << 40 ? PageSize.Down(trace.RamBytes) : new MachineOptions().RamBytes),
        Cpus = Cpus ?? (trace.Cpus is >= 1 and <= 4096 ? trace.Cpus : new MachineOptions().Cpus),
        SwapBytes = SwapBytes,
        Thp = Thp ?? (trace.ThpPolicy is >= 0 and <= 2 ? (ThpPolicy)trace.ThpPolicy : ThpPolicy.MadviseOnly),
    };

    /// <summary>Of two settings for one name the last counts.</summary>
    internal string TunablesFor(TraceMetadata trace)
        => string.Join(':', Settings(trace.Tunables).Where(setting => !Unset.Contains(NameOf(setting))).Concat(Settings(Tunables)));

    private static string[] Settings(string tunables) => tunables.Split(':', StringSplitOptions.RemoveEmptyEntries);

    private static string NameOf(string setting) => setting.Split('=')[0];
}
