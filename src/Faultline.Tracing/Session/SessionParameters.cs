using Faultline.Libc;

namespace Faultline.Tracing.Session;

/// <summary>
/// What the tool decides before the program starts. <see cref="RamBytes"/> and <see cref="ArenaLength"/> are bytes;
/// <see cref="ThpPolicy"/> is 0 never, 1 madvise, 2 always; <see cref="SiteCount"/> is the highest site id given out.
/// </summary>
public sealed record SessionParameters
{
    public ulong RamBytes { get; init; } = 16UL << 30;

    public uint Cpus { get; init; } = (uint)Environment.ProcessorCount;

    public uint ThpPolicy { get; init; } = 1;

    /// <summary>The simulated glibc.</summary>
    public LibcProfile Libc { get; init; } = LibcProfile.Default;

    public ObserverRequest Observer { get; init; } = ObserverRequest.Best;

    /// <summary>Shortest time between two periodic snapshots; 0 takes none but those at the program's end.</summary>
    public uint SnapshotMilliseconds { get; init; } = 200;

    public uint SiteCount { get; init; }

    /// <summary>Of the memory that a recording goes through; 0 records nothing.</summary>
    public int RecordingDescriptor { get; init; }

    /// <summary>Largest arena that the file has block tags for.</summary>
    public ulong ArenaLength { get; init; } = 1UL << 40;
}
